"""Fixtures that every room's tests share."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from pulse.cli.main import main
from pulse.config import Settings
from pulse.installation import Installation
from pulse.startup import check_installation
from pulse.stores import Stores
from pulse.upgrades import upgrade_store
from surveys.ledger.signing import LogSigner
from tests.loopback_only import loopback_only  # noqa: F401 - a fixture that pytest finds here
from tests.postgresql_server import (
    STORES,
    PostgresqlServer,
    empty_tables,
    make_tables,
    running_server,
    settings_on,
)

REPOSITORY = Path(__file__).resolve().parent.parent
ADMINISTRATOR_PASSWORD = "administrator password"
# Under another name from here on, also for worker processes: it is no setting of Pulse, whose
# commands would refuse it.
if "PULSE_SHARED_DATA" in os.environ:
    os.environ["SHARED_DATA"] = os.environ.pop("PULSE_SHARED_DATA")

# No test depends on the clock, and a plain run draws the same examples each time;
# `--hypothesis-profile=search` draws new ones.
hypothesis_settings.register_profile(
    "repeatable", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.register_profile(
    "search", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("PULSE_"):
            monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    home = tmp_path / "home"
    home.mkdir()
    return Settings.from_environ({"PULSE_HOME": str(home)})


@pytest.fixture(scope="session")
def empty_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the three empty stores, made by the migrations once and copied by each test."""
    home = tmp_path_factory.mktemp("empty-stores")
    made = Stores.of(Settings.from_environ({"PULSE_HOME": str(home)}))
    for store in STORES:
        upgrade_store(made, store)
    made.close()
    return home


@pytest.fixture
def stores(settings: Settings, empty_files: Path) -> Iterator[Stores]:
    """Empty stores on SQLite."""
    for store in STORES:
        shutil.copy(empty_files / f"{store}.sqlite", settings.home)
    opened = Stores.of(settings)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A real server, started once for each process that runs tests."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_settings(
    postgresql_server: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Settings of three stores on PostgreSQL, which `postgresql_stores` empties after each test."""
    settings = settings_on(postgresql_server, tmp_path_factory.mktemp("postgresql-home"))
    make_tables(settings)
    return settings


@pytest.fixture
def postgresql_stores(postgresql_settings: Settings) -> Iterator[Stores]:
    """Empty stores on PostgreSQL."""
    opened = Stores.of(postgresql_settings)
    yield opened
    opened.close()
    empty_tables(postgresql_settings)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def any_stores(request: pytest.FixtureRequest) -> Stores:
    """Empty stores, once on SQLite and once on PostgreSQL."""
    name = "stores" if request.param == "sqlite" else "postgresql_stores"
    opened: Stores = request.getfixturevalue(name)
    return opened


@pytest.fixture(scope="session")
def signer() -> LogSigner:
    """A log key that no installation uses."""
    return LogSigner.generate()


RunPulse = Callable[..., Result]


@pytest.fixture
def run_pulse(settings: Settings) -> RunPulse:
    """Run a `pulse` command in this test's home, as a person would; bugs come through as they are.

    `run_pulse("init", "--k", "5", typed="a password", PULSE_KEYS="/folder")`.
    """

    def run(*words: str, typed: str | None = None, **environ: str) -> Result:
        given = {"PULSE_HOME": str(settings.home), **environ}
        result = CliRunner().invoke(main, words, input=typed, env=given)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture(scope="session")
def initialised_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that `pulse init --k 5` has made, to be copied by each test."""
    home = tmp_path_factory.mktemp("initialised") / "home"
    result = CliRunner().invoke(
        main,
        ["init", "--k", "5", "--password-stdin"],
        input=f"{ADMINISTRATOR_PASSWORD}\n",
        env={"PULSE_HOME": str(home)},
    )
    if result.exit_code:
        raise click.ClickException(result.output)
    return home


@pytest.fixture
def installation(settings: Settings, initialised_home: Path) -> Iterator[Installation]:
    """An initialised installation with k = 5 and the administrator `admin` in this test's home."""
    shutil.copytree(initialised_home, settings.home, dirs_exist_ok=True)
    opened = Stores.of(settings)
    yield Installation(settings, opened, check_installation(settings, opened))
    opened.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"the real data folder {folder} is absent; set PULSE_SHARED_DATA")
    return folder
