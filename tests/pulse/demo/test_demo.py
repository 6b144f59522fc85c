"""The demo: a city whose figures are the same at each build, and hold a story to find."""

import csv
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result

from analysis.archive import month_breakdowns, month_cells, units_history, visible_releases
from analysis.chart_notes import chart_notes, notes_on
from analysis.release import ShownCell, Source, Suppressed
from analysis.trends.behaviour import Direction, latest_signal
from analysis.trends.measures import measures_of, series_of
from analysis.workforce import subtree_totals
from pulse.config import Settings
from pulse.demo.building import build
from pulse.demo.people import live
from pulse.demo.serving import DemoSite, demo_sites, make_passwords
from pulse.demo.story import NOTES
from pulse.installation import Installation
from pulse.jobs.closing import close_wave, release_wave, stage_wave
from pulse.office.accounts import all_accounts
from pulse.startup import check_installation
from pulse.stores import Stores
from surveys.issuing import NO_MARK
from surveys.ledger.log import EntryKind, entries
from surveys.library_bank import default_instrument
from surveys.months import Month
from surveys.units import UnitCode
from surveys.wave_states import WaveState
from surveys.wave_tables import PassMarkRow
from surveys.waves import all_waves, invited_of
from tests.analysis.trends.behaviours import process_behaviour

TODAY = date(2026, 11, 23)
pytestmark = pytest.mark.xdist_group("demo")  # the city is built once, by one worker


def quiet(_line: str) -> None:
    """Hear the steps of a build and say nothing."""


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both organisations, built once for all tests of this module."""
    folder = tmp_path_factory.mktemp("demo")
    for site in demo_sites(folder, 8000):
        build(site.organisation, site.settings, quiet, today=TODAY)
    return folder


@pytest.fixture
def city(demo_folder: Path) -> DemoSite:
    return demo_sites(demo_folder, 8000)[0]


@pytest.fixture
def charity(demo_folder: Path) -> DemoSite:
    return demo_sites(demo_folder, 8000)[1]


@pytest.fixture
def city_stores(city: DemoSite) -> Iterator[Stores]:
    with closing(Stores.of(city.settings)) as stores:
        yield stores


def logged_hashes(site: DemoSite) -> list[dict[str, str]]:
    """The hashes of each release's parts; that of the certificate has a random salt behind it."""
    with closing(Stores.of(site.settings)) as stores, stores.archive() as session:
        logged = [entry.body["tables"] for entry in entries(session, kinds=[EntryKind.RELEASE])]
    return [
        {part: each for part, each in tables.items() if part != "certificate"}
        for tables in logged
        if isinstance(tables, dict)
    ]


def direction_of(stores: Stores, unit: str, construct: str) -> Direction | None:
    """The direction of the signal that the unit's latest month is part of, if it is of any."""
    with stores.archive() as session:
        heads = visible_releases(session)
        history = units_history(session, [UnitCode(unit)])[UnitCode(unit)]
    measure = next(m for m in measures_of(heads) if m.code == construct)
    found = latest_signal(process_behaviour(series_of(measure, heads, history)))
    return None if found is None else found.direction


def test_two_builds_give_the_same_figures(charity: DemoSite, tmp_path: Path) -> None:
    again = demo_sites(tmp_path, 8000)[1]
    build(again.organisation, again.settings, quiet, today=TODAY)
    assert logged_hashes(again) == logged_hashes(charity)
    assert {"cells", "header", "tree"} <= set(logged_hashes(again)[0])


def test_the_city_has_sixty_teams_of_8_to_25_people_on_four_levels(city: DemoSite) -> None:
    assert len(city.organisation.people) == 60
    assert set(city.organisation.people.values()) <= set(range(8, 26))


def test_eighteen_months_are_released(city_stores: Stores) -> None:
    with city_stores.archive() as session:
        heads = visible_releases(session)
    assert [head.month for head in heads] == [Month(2025, 5).shifted(n) for n in range(18)]
    assert max(heads[0].tree.depth(unit.code) for unit in heads[0].tree) == 3


def test_two_months_of_the_city_ask_for_role_and_years_and_divide_its_services(
    city_stores: Stores,
) -> None:
    with city_stores.archive() as session:
        heads = visible_releases(session)
        asked = [head for head in heads if head.breakdowns.asked]
        divided = month_breakdowns(session, asked[-1].month, [UnitCode("ALL")])
    assert [heads.index(head) for head in asked] == [3, 11]
    assert {head.breakdowns.asked for head in asked} == {("Role family", "Years in the service")}
    assert all(each.shown > 40 for head in asked for each in head.breakdowns.divided)
    by_role, by_years = divided[UnitCode("ALL")]
    assert sum(isinstance(cell, ShownCell) for cell in by_role.cells) >= 3
    assert sum(isinstance(cell, ShownCell) for cell in by_years.cells) >= 3


def test_what_people_say_of_themselves_changes_nothing_else(city: DemoSite) -> None:
    plain = replace(city.organisation, breakdowns=())
    for divided, whole in zip(
        live(city.organisation, default_instrument()),
        live(plain, default_instrument()),
        strict=True,
    ):
        assert divided.workforce == whole.workforce
        kept = 3 + len(divided.items)
        rows = [row[:kept] for row in csv.reader(io.StringIO(divided.responses))]
        assert rows == [row[:kept] for row in csv.reader(io.StringIO(whole.responses))]


def test_most_teams_of_the_city_are_shown_and_some_are_hidden(city_stores: Stores) -> None:
    with city_stores.archive() as session:
        tree = visible_releases(session)[-1].tree
        teams = [unit.code for unit in tree if not tree.children(unit.code)]
        latest = [months[-1].cell for months in units_history(session, teams).values()]
    shown = sum(isinstance(cell, ShownCell) for cell in latest)
    assert 30 < shown < 60


def test_the_stricter_charity_hides_most_of_its_teams(charity: DemoSite) -> None:
    with closing(Stores.of(charity.settings)) as stores, stores.archive() as session:
        tree = visible_releases(session)[-1].tree
        teams = [unit.code for unit in tree if not tree.children(unit.code)]
        latest = [months[-1].cell for months in units_history(session, teams).values()]
    assert sum(isinstance(cell, Suppressed) for cell in latest) >= 5


@pytest.mark.parametrize(
    ("unit", "construct", "direction"),
    [
        ("HP-AS", "workload", Direction.LOWER),
        ("HP-AS", "morale", Direction.LOWER),
        ("HP-SC", "fair-treatment", Direction.LOWER),
        ("CL-LC-1", "morale", Direction.HIGHER),
    ],
)
def test_the_planted_story_can_be_found(
    city_stores: Stores, unit: str, construct: str, direction: Direction
) -> None:
    assert direction_of(city_stores, unit, construct) is direction


def test_people_leave_assessment_after_the_surge(city_stores: Stores) -> None:
    unit = UnitCode("HP-AS")
    with city_stores.archive() as session:
        trees = {head.month: head.tree for head in visible_releases(session)}
        months = subtree_totals(session, trees, [unit])[unit]
    before = sum(m.leavers for month, m in months.items() if month < Month(2026, 3))
    after = sum(m.leavers for month, m in months.items() if month >= Month(2026, 3))
    assert after / 8 > 2 * before / 10  # leavers a month


def test_passwords_are_new_each_time_and_the_accounts_stay(city: DemoSite) -> None:
    first, second = make_passwords(city), make_passwords(city)
    assert not {s.password for s in first} & {s.password for s in second}
    with closing(Stores.of(city.settings)) as stores, stores.office() as session:
        assert [a.sign_in_name for a in all_accounts(session)] == sorted(s.name for s in second)


def test_a_build_that_was_cut_short_is_started_again(tmp_path: Path) -> None:
    site = demo_sites(tmp_path, 8000)[1]

    def power_cut(line: str) -> None:
        if Month(2025, 10).words in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(site.organisation, site.settings, power_cut, today=TODAY)
    assert not site.settings.home.exists()
    build(site.organisation, site.settings, quiet, today=TODAY)
    assert len(logged_hashes(site)) == 18


def free_ports() -> int:
    """A port that is free together with the one after it."""
    for _ in range(50):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = int(probe.getsockname()[1])
        if port < 65535 and free_to_use(port + 1):
            return port
    raise AssertionError("no two free ports side by side")


def answer_of(port: int) -> str:
    """What the sign-in page on the port says."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in") as page:
        return str(page.read().decode())


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_serves_both_organisations_until_it_is_stopped(
    demo_folder: Path, stop: signal.Signals
) -> None:
    port = free_ports()
    command = [sys.executable, "-m", "pulse", "demo", "--folder", str(demo_folder)]
    demo = subprocess.Popen(
        [*command, "--port", str(port)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        text=True,
    )
    assert demo.stdout is not None
    try:
        printed = "".join(
            iter(demo.stdout.readline, "Everything here is invented. Stop with Ctrl+C.\n")
        )
        assert "Eastmoor" in answer_of(port)
        assert "Fernhollow" in answer_of(port + 1)
    finally:
        demo.send_signal(stop)
        demo.communicate(timeout=60)
    assert f"http://127.0.0.1:{port + 1}" in printed
    assert free_to_use(port)
    assert free_to_use(port + 1)


def free_to_use(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_port_that_is_taken_is_named_and_nothing_is_left_running(
    demo_folder: Path, run_pulse: Callable[..., Result]
) -> None:
    port = free_ports()
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", port + 1))
        holder.listen()
        answer = run_pulse("demo", "--folder", str(demo_folder), "--port", str(port))
    assert answer.exit_code == 2
    assert f"not served on port {port + 1}" in answer.stderr
    assert free_to_use(port)


def test_the_city_has_an_open_wave_that_some_have_answered(city: DemoSite) -> None:
    with closing(Stores.of(city.settings)) as stores, stores.registry() as registry:
        (wave,) = all_waves(registry)
        invited = invited_of(registry)[wave.code]
        marks = [bytes(row.mark) for row in registry.query(PassMarkRow)]
    assert wave.state is WaveState.OPEN
    assert wave.opens_on < TODAY < wave.closes_on
    assert invited == sum(city.organisation.people.values()) == len(marks)
    answered = sum(mark != NO_MARK for mark in marks)
    assert 0.2 * invited < answered < 0.6 * invited


def test_closing_the_open_wave_brings_the_nineteenth_release(
    city: DemoSite, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(city.settings.home, home)
    settings = Settings.from_environ({"PULSE_HOME": str(home)})
    with closing(Stores.of(settings)) as stores:
        site = Installation(settings, stores, check_installation(settings, stores))
        close_wave(site, "2026-11", day=TODAY)
        stage_wave(site, "2026-11", day=TODAY)
        release_wave(site, "2026-11", day=TODAY)
        with stores.archive() as archive:
            heads = visible_releases(archive)
            cells = month_cells(archive, heads[-1].month)
    assert len(heads) == 19
    assert heads[-1].source is Source.WAVE
    shown = [code for code, unit in cells.items() if isinstance(unit.cell, ShownCell)]
    assert len(shown) > 20
    assert [each.code for each in heads[-1].breakdowns.divided] == ["role", "tenure"]
    assert all(each.shown for each in heads[-1].breakdowns.divided)


def test_the_notes_of_the_story_stand_on_the_charts_that_they_are_about(
    city_stores: Stores, charity: DemoSite
) -> None:
    with city_stores.archive() as session:
        notes, tree = chart_notes(session).annotations, visible_releases(session)[-1].tree
    assert {note.where.unit_name for note in notes} == {
        tree.unit(note.where.unit).name for note in notes
    }
    assert [note.text for note in notes_on(notes, UnitCode("HP-AS-1"), tree)] == [NOTES[0][2]]
    assert len(notes) == len(NOTES)
    with closing(Stores.of(charity.settings)) as stores, stores.archive() as session:
        assert chart_notes(session).annotations == ()
