"""The roles of the PostgreSQL guide, made by its own words: each hand does its part only."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from pulse.config import Settings
from pulse.keys import load_log_signer
from pulse.mail.mailings import plan_mailings, stop_mailings
from pulse.startup import check_installation
from pulse.stores import Stores
from surveys.ledger.log import EntryKind, IntactLog, append, verify
from tests.conftest import REPOSITORY, RunPulse
from tests.postgresql_server import STORES, PostgresqlServer

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
    for statement in ROLES_AND_DATABASES.split(";\n"):
        if statement.strip():
            postgresql_server.run(statement)
    return postgresql_server


@pytest.fixture
def as_role(
    guided_server: PostgresqlServer, run_pulse: RunPulse, settings: Settings
) -> Iterator[Roles]:
    """Settings and stores of the web role and of the closing role, after every step of the guide."""
    made = run_pulse("init", "--k", "5", **urls(guided_server, "pulse_owner"))
    assert made.exit_code == 0, made.output
    for store, statements in zip(STORES, RIGHTS, strict=True):
        guided_server.run(statements, database=f"pulse_{store}")
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

    for table in ("releases", "released_trees", "cells", "log_entries", "checkpoints"):
        refused(web, "archive", f"DELETE FROM {table}")
        refused(web, "archive", f"INSERT INTO {table} DEFAULT VALUES")
    refused(web, "registry", "DELETE FROM units")
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
