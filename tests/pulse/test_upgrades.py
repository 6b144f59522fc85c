"""Migrations: up, down, equal to the tables in code, and whole or not at all."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import produce_migrations
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from analysis.workforce import workforce_of
from analysis.workforce_files import WorkforceMonth
from pulse import upgrades
from pulse.config import Settings
from pulse.installation import Installation
from pulse.stores import Stores
from pulse.upgrades import METADATA, migration_config, store_versions, upgrade_store
from surveys.months import Month
from surveys.units import UnitCode
from tests.conftest import RunPulse
from tests.postgresql_server import STORES, PostgresqlServer, settings_on
from tests.pulse.waves_made import prepared_wave
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def bare_stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stores]:
    """Stores without any table."""
    if request.param == "sqlite":
        stores = Stores.of(Settings.from_environ({"PULSE_HOME": str(tmp_path)}))
    else:
        server: PostgresqlServer = request.getfixturevalue("postgresql_server")
        stores = Stores.of(settings_on(server, tmp_path))
    yield stores
    stores.close()


def tables_of(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


@pytest.mark.parametrize("store", STORES)
def test_the_tables_of_code_and_migrations_are_equal(any_stores: Stores, store: str) -> None:
    with any_stores.engines[store].connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        script = produce_migrations(context, METADATA[store])  # type: ignore[arg-type]  # it takes several too
        assert script.upgrade_ops is not None
        assert script.upgrade_ops.as_diffs() == []


@pytest.mark.parametrize("store", STORES)
def test_every_store_goes_up_and_down_again(bare_stores: Stores, store: str) -> None:
    engine = bare_stores.engines[store]
    upgrade_store(bare_stores, store)
    expected = {name for metadata in METADATA[store] for name in metadata.tables}
    assert tables_of(engine) == expected | {"alembic_version"}
    with engine.begin() as connection:
        command.downgrade(migration_config(store, connection), "base")
    assert tables_of(engine) == {"alembic_version"}
    upgrade_store(bare_stores, store)
    assert tables_of(engine) == expected | {"alembic_version"}


def test_a_dry_run_does_every_step_and_keeps_none(bare_stores: Stores) -> None:
    for store in STORES:
        upgrade_store(bare_stores, store, dry_run=True)
        assert tables_of(bare_stores.engines[store]) == set()


def test_a_store_without_tables_has_everything_pending(bare_stores: Stores) -> None:
    for version in store_versions(bare_stores):
        assert version.current == ""
        assert {step.store for step in version.pending} == {version.store}
        assert "Run `pulse init`" in version.what_to_do


def test_a_store_up_to_date_has_nothing_to_do(any_stores: Stores) -> None:
    assert [version.what_to_do for version in store_versions(any_stores)] == ["", "", ""]


def test_a_step_that_fails_leaves_the_store_as_it_was(bare_stores: Stores) -> None:
    engine = bare_stores.archive_engine
    with engine.begin() as connection:
        # The last table of the first step is already there, so that step fails at its end.
        connection.execute(text("CREATE TABLE log_entries (place INTEGER)"))
    with pytest.raises(Exception, match="already exists"):
        upgrade_store(bare_stores, "archive")
    assert tables_of(engine) == {"log_entries"}


def test_cells_of_a_unit_lie_beside_each_other_on_sqlite(stores: Stores) -> None:
    with stores.archive_engine.connect() as connection:
        made = connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'cells'"))
    assert made.strip().endswith("WITHOUT ROWID")


MONTHLY = (
    "INSERT INTO workforce (unit_code, month, headcount, leavers) VALUES ('team', '2026-03', 8, 1)"
)


def test_figures_of_months_stay_months_when_quarters_and_years_come(bare_stores: Stores) -> None:
    engine = bare_stores.archive_engine
    with engine.begin() as connection:
        command.upgrade(migration_config("archive", connection), "archive_0002")
        connection.execute(text(MONTHLY))
    upgrade_store(bare_stores, "archive")
    with bare_stores.archive() as session:
        assert workforce_of(session, [UnitCode("team")]) == {
            "team": {Month(2026, 3): WorkforceMonth(8, 1)}
        }
        session.execute(
            text(MONTHLY.replace("month,", "month, months,").replace("03',", "04', 3,"))
        )
    with engine.begin() as connection:
        command.downgrade(migration_config("archive", connection), "archive_0002")
        assert connection.execute(text("SELECT * FROM workforce")).all() == [
            ("team", "2026-03", 8, 1)
        ]


@pytest.fixture
def next_version(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Installation:
    """The installation as if a later Pulse were there, which adds a column to the accounts."""
    folder = tmp_path / "migrations"
    shutil.copytree(upgrades._FOLDER, folder)
    (folder / "office" / "versions" / "9999_phone.py").write_text(
        '"""Phones of accounts."""\n'
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        'revision, down_revision = "office_9999", "office_0003"\n'
        'def upgrade(): op.add_column("accounts", sa.Column("phone", sa.String()))\n'
    )
    monkeypatch.setattr(upgrades, "_FOLDER", folder)
    return installation


def columns_of_accounts(stores: Stores) -> set[str]:
    return {column["name"] for column in inspect(stores.office_engine).get_columns("accounts")}


def test_an_older_store_is_brought_up_to_date(
    next_version: Installation, run_pulse: RunPulse
) -> None:
    listed = "office: office_9999, Phones of accounts.\n"
    tried = run_pulse("upgrade", "--dry-run")
    assert tried.output.startswith(listed + "All steps work. Nothing was kept")
    assert "phone" not in columns_of_accounts(next_version.stores)
    assert run_pulse("upgrade").output == f"{listed}Done.\n"
    assert "phone" in columns_of_accounts(next_version.stores)
    assert run_pulse("upgrade").output == "Everything is up to date.\n"


@pytest.mark.usefixtures("next_version")
def test_an_older_store_is_not_used_before_it_is_upgraded(run_pulse: RunPulse) -> None:
    result = run_pulse("log", "verify")
    assert result.exit_code == 2
    assert (
        "The office is from an older Pulse. Make a backup, then run `pulse upgrade`."
        in result.stderr
    )


def test_a_store_of_a_newer_pulse_is_left_alone(
    installation: Installation, run_pulse: RunPulse
) -> None:
    with installation.stores.office() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'office_9999'"))
    for command_words in (["upgrade"], ["log", "verify"], ["init"]):
        result = run_pulse(*command_words)
        assert result.exit_code == 2
        assert "The office was made by a newer Pulse" in result.stderr


def test_the_command_needs_an_installation(run_pulse: RunPulse) -> None:
    result = run_pulse("upgrade")
    assert result.exit_code == 2
    assert "does not exist. Run `pulse init`" in result.stderr


@pytest.mark.usefixtures("quick_keys")
def test_who_is_invited_to_a_wave_under_way_is_known_after_an_upgrade(
    installation: Installation,
) -> None:
    code = prepared_wave(installation)
    engine = installation.stores.engines["registry"]
    members = text("SELECT wave_code, person_id, unit_code FROM group_members ORDER BY person_id")
    with engine.begin() as connection:
        before = connection.execute(members).all()
        command.downgrade(migration_config("registry", connection), "registry_0003")
    assert "group_members" not in tables_of(engine)
    upgrade_store(installation.stores, "registry")
    with engine.connect() as connection:
        assert connection.execute(members).all() == before
    assert {row.wave_code for row in before} == {code}
    assert len(before) == 16
