"""The page of trends: signals and directions by theme, one set of numbers on page and in the file."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from analysis.archive import visible_releases
from analysis.trends.direction_words import signed
from pulse.access import Role, Viewer
from pulse.dashboards import trends
from pulse.dashboards.scope import scope_of
from pulse.dashboards.trends import (
    HiddenTrend,
    ShownTrend,
    TrendsPage,
    TrendsQuestion,
    trends_page,
    trends_part,
)
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.units import Unit, UnitCode, UnitTree
from tests.pulse.dashboards.pages import NO_BREAK, rows_of, text_of
from tests.pulse.released import months_from, release, tally_of

HR = Viewer("id", "Dana Okafor", Role.HR, ())
SignInAs = Callable[..., FlaskClient]


@pytest.fixture
def archive(stores: Stores, released_months: tuple[Month, ...]) -> Stores:
    assert released_months
    return stores


def page_of(
    session: Session, *, depth: int | None = 2, page: int = 1, month: Month | None = None
) -> TrendsPage:
    heads = visible_releases(session)
    scope = scope_of(HR, heads[-1].tree)
    question = TrendsQuestion(depth, page)
    return trends_page(session, heads, scope, question, newest=month or heads[-1].month)


def words(html: str) -> str:
    return text_of(html).replace(NO_BREAK, " ")


def file_of(client: FlaskClient, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).text)))


def test_each_signal_is_told_in_words_with_its_evidence_and_ends_in_its_question(
    archive: Stores,
) -> None:
    with archive.archive() as session:
        morale = page_of(session).sections[0]

    higher, lower = morale.groups
    assert [signal.title for signal in lower.signals] == [
        "Morale in Assessment North has been below its own average for seven months"
    ]
    (signal,) = lower.signals
    evidence = signal.evidence.replace(NO_BREAK, " ")
    assert evidence.startswith("April to October 2026. October: 2.8 of 5, 19 answers, 95% interval")
    assert "Own average 3.4." in evidence
    assert evidence.endswith("Limits 3.0 to 3.8.")
    assert [signal.unit.name for signal in higher.signals] == ["Leaving care North"]
    assert lower.ask != higher.ask
    assert all(each.ask.endswith("?") for each in (lower, higher))


def test_the_lead_says_how_many_series_were_looked_at_and_how_many_chance_would_move(
    archive: Stores,
) -> None:
    with archive.archive() as session:
        page = page_of(session)

    assert page.lead == (
        "Eleven of 40 figures moved beyond ordinary variation. By chance alone about two would. "
        "This page looks at 40 series: 8 units, five themes, each beside its own past."
    )
    assert page.directions_lead.startswith("40 series have five shown months or more.")


def test_the_signals_counted_are_the_signals_told(archive: Stores) -> None:
    with archive.archive() as session:
        page = page_of(session)

    told = sum(len(group.signals) for section in page.sections for group in section.groups)
    assert told == 11
    with archive.archive() as session:
        heads = visible_releases(session)
    assert page.month == heads[-1].month


def test_a_slow_fall_is_told_and_the_rest_has_no_clear_direction(archive: Stores) -> None:
    with archive.archive() as session:
        morale = page_of(session).sections[0]

    assert len(morale.directions) == 1
    assert morale.directions[0].startswith("Morale in Assessment North has fallen by about ")
    told = {row.unit.code: row.direction.told for row in morale.rows}
    assert told.pop(UnitCode("north-1")) == "falling"
    assert set(told.values()) == {"no clear direction"}


def test_the_table_is_a_to_z_and_says_what_the_heatmap_says(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    client = sign_in_as(Role.HR)
    table = rows_of(client.get("/trends?depth=2").text, "Table 1")
    heat = {row[0]: row[1] for row in rows_of(client.get("/heatmap?level=2").text, "Table 1")[1:]}

    names = [row[0] for row in table[1:]]
    assert names == sorted(names, key=str.casefold)
    for row in table[1:]:
        if row[0] in heat:
            mean = re.match(r"\d\.\d( or more| or less)?", row[1])
            assert mean is not None
            assert heat[row[0]] == f"{mean[0]}{row[3]}"
    assert set(heat) < set(names)


def test_the_file_holds_the_numbers_of_the_page(archive: Stores, sign_in_as: SignInAs) -> None:
    assert archive
    client = sign_in_as(Role.HR)
    html, rows = client.get("/trends?depth=2").text, file_of(client, "/trends.csv?depth=2")

    assert len(rows) == 40
    for number in range(1, 6):
        for row in rows_of(html, f"Table {number}")[1:]:
            (line,) = (
                each
                for each in rows
                if each["unit"] == row[0] and each["theme"] == theme_of(html, number)
            )
            assert row[1] == f"{line['mean']}{line['answers']} answers"
            assert row[2] == f"{line['own average']}limits {line['limits']}"
            assert row[3] == line["reading"]
            slope, low, high = (
                signed(float(line[name])) for name in ("change a year", "low", "high")
            )
            change = f"{slope} a year ({low} to {high})"
            assert row[4].startswith(f"{line['direction']}{change}, {line['shown months']} months")
    fallen = next(line for line in rows if line["unit code"] == "north-1")
    assert (fallen["signal since"], float(fallen["p"]) <= float(fallen["p adjusted"])) == (
        "2026-04", True,
    )  # fmt: skip


def theme_of(html: str, number: int) -> str:
    found = re.search(rf"Table {number}\. ([^<]*), units A to Z", html)
    assert found is not None
    return found[1]


def test_a_hidden_month_is_hidden_on_the_page_and_suppressed_in_the_file(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    with archive.archive() as session:
        morale = page_of(session, month=Month(2025, 8)).sections[0]
    hidden = [row for row in morale.rows if isinstance(row, HiddenTrend)]
    assert [row.unit.name for row in hidden] == ["Duty North", "Leaving care North"]
    assert {row.direction.told for row in morale.rows} == {"too few months to tell"}

    rows = file_of(sign_in_as(Role.HR), "/trends.csv?depth=2&month=2025-08")
    cells = [line for line in rows if line["unit code"] == "north-3" and line["theme"] == "Morale"]
    assert [(line["mean"], line["answers"], line["reading"]) for line in cells] == [
        ("suppressed", "suppressed", "hidden: too few answers here or beside it")
    ]


def test_an_earlier_month_is_told_as_if_it_were_the_latest(archive: Stores) -> None:
    with archive.archive() as session:
        page = page_of(session, month=Month(2026, 3))

    assert page.month == Month(2026, 3)
    assert page.sections[0].groups == ()
    assert "Nothing moved beyond ordinary variation this month." in page.lead


def test_a_theme_without_limits_is_too_early_to_tell_and_not_quiet(archive: Stores) -> None:
    with archive.archive() as session:
        early = page_of(session, month=Month(2025, 9)).sections[0]
        quiet = page_of(session, month=Month(2026, 3)).sections[0]

    assert early.summary.startswith("Too early to tell in 8 units")
    assert quiet.summary.startswith("No signal in 8 units")


def test_one_part_is_looked_at_alone_and_a_foreign_one_is_refused(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    leader = sign_in_as(Role.LEADER, ["north"])
    own = words(leader.get("/trends").text)
    part = words(leader.get("/trends?unit=north-1").text)

    assert "4 units, five themes" in own
    assert "South" not in own
    assert "What changed in Assessment North" in part
    assert "1 unit, five themes" in part
    for address in ("/trends?unit=south-1", "/trends.csv?unit=south-1", "/trends?unit=root"):
        assert leader.get(address).status_code == 403
    assert leader.get("/trends?unit=nowhere").status_code == 404
    assert leader.get("/trends?month=2019-01").status_code == 404


@pytest.mark.parametrize("role", [Role.TEAM_LEADER, Role.UNION_AUDITOR, Role.ADMINISTRATOR])
def test_only_hr_and_senior_leaders_have_the_page(
    archive: Stores, sign_in_as: SignInAs, role: Role
) -> None:
    assert archive
    client = sign_in_as(role)
    assert client.get("/trends").status_code == 403
    assert client.get("/trends.csv").status_code == 403


def test_before_the_first_release_the_page_says_what_will_come(sign_in_as: SignInAs) -> None:
    text = words(sign_in_as(Role.LEADER, ["north"]).get("/trends").text)
    assert "Nothing has been released yet" in text


def test_the_navigation_leads_there(archive: Stores, sign_in_as: SignInAs) -> None:
    assert archive
    html = sign_in_as(Role.LEADER, ["north"]).get("/trends").text
    assert re.search(r'<a href="/trends"[^>]*aria-current="page"', html)


def wide_tree(services: int, teams: int) -> UnitTree:
    units = [Unit(UnitCode("root"), "All", None)]
    for s in range(services):
        service = UnitCode(f"s{s:03}")
        units.append(Unit(service, f"Service {s:03}", UnitCode("root")))
        units += [Unit(UnitCode(f"s{s:03}-{t}"), f"Team {s:03}-{t}", service) for t in range(teams)]
    return UnitTree.of(date(2025, 1, 1), units)


def test_the_page_goes_as_deep_as_is_usual_and_never_deeper_than_can_be_read() -> None:
    small, middle, large = wide_tree(3, 4), wide_tree(20, 5), wide_tree(50, 10)
    parts = {tree: trends_part(scope_of(HR, tree), None) for tree in (small, middle, large)}

    assert [(part.depth, len(part.units)) for part in parts.values()] == [(2, 16), (1, 21), (1, 51)]
    assert list(parts[middle].levels) == [0, 1, 2]
    assert list(parts[large].levels) == [0, 1]
    assert trends_part(scope_of(HR, large), 2).depth == 1
    assert trends_part(scope_of(HR, middle), 2).depth == 2


def test_a_long_page_is_divided_and_tells_what_moved_once(
    stores: Stores, signer: LogSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trends, "UNITS_PER_PAGE", 3)
    with stores.archive() as session:
        tallies = [
            tally_of(month, {"north-1": 20, "south-1": 20}, means={})
            for month in months_from(Month(2025, 5), 8)
        ]
        release(session, tallies, signer)
        first, last, beyond = (page_of(session, page=number) for number in (1, 3, 9))

    assert (first.pages.earlier, first.pages.later) == (None, 2)
    assert (last.pages.earlier, last.pages.later) == (2, None)
    assert beyond.pages == last.pages
    listed = [row.unit.name for number in (1, 2, 3) for row in _rows(stores, number)]
    assert len(listed) == len(set(listed)) == 8
    assert listed == sorted(listed)


def _rows(stores: Stores, number: int) -> tuple[trends.TrendRow, ...]:
    with stores.archive() as session:
        return page_of(session, page=number).sections[0].rows


def test_shown_rows_state_average_and_limits(archive: Stores) -> None:
    with archive.archive() as session:
        rows = page_of(session).sections[0].rows
    (row,) = (each for each in rows if each.unit.code == "north-1")
    assert isinstance(row, ShownTrend)
    assert (row.mean, row.average, row.answers) == ("2.8", "3.4", "19")
