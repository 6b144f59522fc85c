"""The roles of the PostgreSQL guide, made by its own words: each hand does its part only."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from analysis.archive import visible_releases
from analysis.workforce_history import revisions
from pulse.config import Settings
from pulse.console.workforce_imports import FigureFile, mark_of, plan_figures, store_figures
from pulse.installation import Installation
from pulse.jobs import worker
from pulse.jobs.worker import tick
from pulse.keys import load_log_signer
from pulse.mail.mailings import plan_mailings, stop_mailings
from pulse.startup import check_installation
from pulse.stores import Stores
from surveys.challenges import Outcome, answer_challenge, raise_challenge
from surveys.ledger.log import EntryKind, IntactLog, append, verify
from surveys.unit_registry import apply_units, plan_units
from surveys.wave_states import WaveState
from surveys.wave_wishes import WaveStep, wish, wish_of
from surveys.waves import find_wave
from tests.conftest import REPOSITORY, RunPulse
from tests.postgresql_server import STORES, PostgresqlServer
from tests.pulse.waves_made import (
    CLOSES,
    OPENS,
    SERVED,
    answer,
    draft_wave,
    fill_registry,
    secrets_of,
)
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here

pytestmark = pytest.mark.postgresql

GUIDE = REPOSITORY / "docs" / "operations" / "postgresql.md"
ROLES_AND_DATABASES, *RIGHTS = re.findall(r"```sql\n(.*?)```", GUIDE.read_text(), re.DOTALL)


def urls(server: PostgresqlServer, role: str) -> dict[str, str]:
    base = make_url(server.url).set(username=role, password=None)
    return {
        f"PULSE_{store.upper()}_URL": base.set(database=f"pulse_{store}").render_as_string(
            hide_password=False
        )
        for store in STORES
    }


Roles = dict[str, tuple[Settings, Stores]]


@pytest.fixture(scope="module")
def guided_server(postgresql_server: PostgresqlServer) -> PostgresqlServer:
    for statement in statements("CREATE ROLE"):
        postgresql_server.run(statement)
    return postgresql_server


def statements(beginning: str = "") -> list[str]:
    """Return the guide's statements on roles and databases that begin so."""
    said = [each.strip() for each in ROLES_AND_DATABASES.split(";\n")]
    return [each for each in said if each and each.startswith(beginning)]


@pytest.fixture
def as_role(
    guided_server: PostgresqlServer, run_pulse: RunPulse, settings: Settings
) -> Iterator[Roles]:
    """Settings and stores of the web role and of the closing role, after every step of the guide."""
    for store in STORES:
        guided_server.run(f"DROP DATABASE IF EXISTS pulse_{store} WITH (FORCE)")
    for statement in statements():
        if not statement.startswith("CREATE ROLE"):
            guided_server.run(statement)
    made = run_pulse("init", "--k", "5", **urls(guided_server, "pulse_owner"))
    assert made.exit_code == 0, made.output
    for store, rights in zip(STORES, RIGHTS, strict=True):
        guided_server.run(rights, database=f"pulse_{store}")
    roles = {}
    for role in ("pulse_web", "pulse_close"):
        chosen = Settings.from_environ(
            {"PULSE_HOME": str(settings.home), **urls(guided_server, role)}
        )
        roles[role] = (chosen, Stores.of(chosen))
    yield roles
    for _, stores in roles.values():
        stores.close()


def refused(stores: Stores, store: str, statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        stores.engines[store].begin() as connection,
    ):
        connection.execute(text(statement))


def test_each_hand_does_its_part_and_no_other(as_role: Roles) -> None:
    for chosen, stores in as_role.values():
        check_installation(chosen, stores)
    settings, web = as_role["pulse_web"]
    _, close = as_role["pulse_close"]

    for table in ("releases", "released_trees", "cells", "breakdown_cells"):
        refused(web, "archive", f"INSERT INTO {table} DEFAULT VALUES")
    for table in ("releases", "cells", "breakdown_cells", "log_entries", "checkpoints"):
        refused(web, "archive", f"DELETE FROM {table}")
    refused(web, "archive", "UPDATE log_entries SET kind = 'x'")
    refused(web, "archive", "UPDATE workforce_revisions SET before = ''")
    refused(web, "archive", "DELETE FROM workforce_revisions")
    refused(web, "registry", "DELETE FROM units")
    refused(web, "registry", "UPDATE waves SET state = 'open'")
    refused(web, "registry", "UPDATE pass_marks SET place = 1")
    for table in ("invitations", "pass_marks", "reporting_groups", "pass_keys", "wave_rates"):
        refused(web, "registry", f"DELETE FROM {table}")
        refused(web, "registry", f"INSERT INTO {table} DEFAULT VALUES")
    for table in ("accounts", "sign_ins", "refusals"):
        refused(close, "office", f"SELECT * FROM {table}")
    with close.office() as office:
        plan_mailings(office, "2026-11", opened_on=date(2026, 11, 9), closes_on=date(2026, 11, 27))
        stop_mailings(office, "2026-11")
    for table in ("log_entries", "checkpoints"):
        refused(close, "archive", f"DELETE FROM {table}")
        refused(
            close,
            "archive",
            f"UPDATE {table} SET {'kind' if table == 'log_entries' else 'note'} = 'x'",
        )

    signer = load_log_signer(settings)
    with close.archive() as session:
        append(session, EntryKind.UNITS, {}, signer=signer, day=date(2026, 3, 1))
    with web.archive() as session:
        check = verify(session, signer.public_key)
    assert isinstance(check, IntactLog)
    assert check.entries == 2


def test_the_web_role_takes_in_figures_and_what_a_later_file_revises(
    as_role: Roles, tmp_path: Path
) -> None:
    settings, web = as_role["pulse_web"]
    units, figures = tmp_path / "units.csv", tmp_path / "figures.csv"
    units.write_text("code,name,parent\ncity,The City,\n")
    _, close = as_role["pulse_close"]
    with close.registry() as registry:
        apply_units(registry, plan_units(registry, units, date(2026, 1, 1)))
    for leavers in (1, 2):
        figures.write_text(f"unit,period,headcount,leavers\ncity,2026-03,9,{leavers}\n")
        file = FigureFile(figures)
        shown = mark_of(plan_figures(web, file))
        signer = load_log_signer(settings)
        store_figures(web, signer, file, shown=shown, today=date(2026, 4, 1))
    with web.archive() as session:
        [revised] = revisions(session, first=0, most=9)
    assert (revised.before, revised.after) == ("1", "2")


@pytest.mark.usefixtures("quick_keys")
def test_two_roles_bring_a_wave_from_its_plan_to_its_results(
    as_role: Roles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "served_files", lambda: SERVED)
    web, close = (
        Installation(settings, stores, check_installation(settings, stores))
        for settings, stores in (as_role["pulse_web"], as_role["pulse_close"])
    )
    fill_registry(close)
    code = draft_wave(web)
    for step, expected in (
        (WaveStep.PREPARE, WaveState.PREPARED),
        (WaveStep.OPEN, WaveState.OPEN),
    ):
        with web.stores.registry() as registry:
            wish(registry, code, step)
        tick(close, datetime.fromisoformat(f"{OPENS - timedelta(days=1)} 12:00"))
        with web.stores.registry() as registry:
            assert find_wave(registry, code).state is expected
            assert wish_of(registry, code).failed == ""
    for place, secret in enumerate(secrets_of(web, code)):
        answer(web, secret, [1 + (place + item) % 5 for item in range(8)])
    tick(close, datetime.fromisoformat(f"{CLOSES} 18:00"))
    with web.stores.registry() as registry:
        wave = find_wave(registry, code)
    with web.stores.archive(writing=True) as archive:
        raise_challenge(archive, wave, "Who changed it?", signer=web.signer, day=CLOSES)
        answer_challenge(archive, wave, "We did.", Outcome.RELEASE, signer=web.signer, day=CLOSES)
    tick(close, datetime.fromisoformat(f"{CLOSES + timedelta(days=3)} 12:00"))
    with web.stores.registry() as registry:
        assert find_wave(registry, code).state is WaveState.RELEASED
    with web.stores.archive() as archive:
        assert [str(head.month) for head in visible_releases(archive)] == [code]
