"""All themes of a unit at a glance, and the best guess beside the newest mean."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from analysis.archive import units_history, visible_releases
from analysis.trends.rebasing import judged_unit
from pulse.access import Role
from pulse.dashboards.best_guesses import FEWEST_AT_LEVEL, best_guess_words
from pulse.dashboards.measure_order import ordered_measures
from pulse.dashboards.unit_overview import HiddenLine, ShownLine, UnitOverview, unit_overview
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.units import Unit, UnitCode, UnitTree
from tests.pulse.dashboards.pages import NO_BREAK, rows_of, text_of
from tests.pulse.released import MORALE, months_from, release, tally_of, waves_with_a_joiner

SignInAs = Callable[..., FlaskClient]
FIRST = Month(2026, 1)


@pytest.fixture
def archive(stores: Stores, released_months: tuple[Month, ...]) -> Stores:
    assert released_months
    return stores


def overview_of(session: Session, unit: str, *, until: Month | None = None) -> UnitOverview:
    heads = [h for h in visible_releases(session) if until is None or h.month <= until]
    code = UnitCode(unit)
    return unit_overview(heads, code, units_history(session, [code])[code], ())


def test_each_theme_is_a_line_with_the_words_of_the_heatmap(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    with archive.archive() as session:
        lines = overview_of(session, "north-1").lines
    client = sign_in_as(Role.HR)
    heat = {row[0]: row for row in rows_of(client.get("/heatmap?level=2").text, "Table 1")}
    cells = [f"{line.mean}{line.reading}" for line in lines if isinstance(line, ShownLine)]
    assert cells == heat["Assessment North"][1:]
    assert lines[0].direction.told == "falling"


def test_the_page_shows_every_theme_with_its_link_and_the_table_is_the_last_one(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    html = sign_in_as(Role.TEAM_LEADER, ["north-1"]).get("/units/north-1").text
    table = rows_of(html, "Table 3")
    assert [row[0].removesuffix("asked Oct 2026") for row in table[1:]] == [
        "Morale", "Workload", "Fair treatment", "Safe practice", "Staying",
    ]  # fmt: skip
    assert table[1][1:4] == ["2.8", "3.4", "lower, 7 months"]
    assert html.count("<caption") == 3
    assert re.search(r'href="/units/north-1\?measure=staying"[^>]*>Staying</a>', html)


def test_the_lead_says_what_moved_what_chance_would_and_how_many_series_were_tested(
    archive: Stores,
) -> None:
    with archive.archive() as session:
        lead = overview_of(session, "north-1").lead
    assert lead.startswith(
        "Five of 5 figures moved beyond ordinary variation. By chance alone fewer than one would. "
        "5 series have five shown months or more."
    )


def test_a_hidden_month_is_hidden_in_every_line(archive: Stores) -> None:
    with archive.archive() as session:
        lines = overview_of(session, "north-3", until=Month(2025, 8)).lines
    assert {type(line) for line in lines} == {HiddenLine}


def wide_tree(teams: int) -> UnitTree:
    root = UnitCode("root")
    return UnitTree.of(
        date(2025, 1, 1),
        [Unit(root, "All", None)]
        + [Unit(UnitCode(f"t{n:02}"), f"Team {n}", root) for n in range(teams)],
    )


def guess_of(
    stores: Stores, signer: LogSigner, means: dict[str, float], *, teams: int, people: int = 12
) -> str:
    """Return the sentence of team 0 after one month in which everybody else has 3.4."""
    tree = wide_tree(teams)
    respondents = {f"t{n:02}": people for n in range(teams)}
    tallies = [tally_of(FIRST, respondents, means=means, items=(MORALE,))]
    with stores.archive() as session:
        release(session, tallies, signer, tree=tree)
        heads = visible_releases(session)
        unit, measure = UnitCode("t00"), ordered_measures(heads)[0]
        history = units_history(session, [unit])[unit]
        behaviour = judged_unit(measure, heads, unit, history, ())
        return best_guess_words(session, heads, unit, measure, behaviour).replace(NO_BREAK, " ")


SPREAD = {f"t{n:02}": 2.4 + 0.2 * n for n in range(12)}


def test_the_best_guess_lies_between_the_own_mean_and_the_average(
    stores: Stores, signer: LogSigner
) -> None:
    text = guess_of(stores, signer, SPREAD, teams=12)
    found = re.match(
        r"Best guess: ([\d.]+)\. With 12 answers a mean is partly luck, so this pulls the ([\d.]+) "
        r"towards ([\d.]+), the average of the 12 units shown at this level; the answers here "
        r"count for (\d+)% of it\. It is no ground for comparing units\.$",
        text,
    )
    assert found is not None, text
    guess, mean, average, weight = map(float, found.groups())
    assert mean < guess < average
    assert guess == pytest.approx(weight / 100 * mean + (1 - weight / 100) * average, abs=0.06)


def test_where_units_differ_by_luck_alone_the_best_guess_is_their_average(
    stores: Stores, signer: LogSigner
) -> None:
    text = guess_of(stores, signer, {"t00": 3.5}, teams=12)
    assert text.startswith("Best guess: 3.4. The 12 units shown at this level differ no more than")
    assert text.endswith("the mean here is 3.5.")


def test_few_units_give_no_best_guess_because_one_could_be_told_from_the_average(
    stores: Stores, signer: LogSigner
) -> None:
    assert guess_of(stores, signer, SPREAD, teams=FEWEST_AT_LEVEL - 1) == ""


def test_hidden_units_do_not_count_towards_the_fewest(stores: Stores, signer: LogSigner) -> None:
    tree = wide_tree(12)
    respondents = {f"t{n:02}": 12 if n < 8 else 3 for n in range(12)}
    with stores.archive() as session:
        tallies = [
            tally_of(month, respondents, means=SPREAD, items=(MORALE,))
            for month in months_from(FIRST, 1)
        ]
        release(session, tallies, signer, tree=tree)
        heads = visible_releases(session)
        measure = ordered_measures(heads)[0]
        for code in ("t00", "t09", "root"):
            unit = UnitCode(code)
            behaviour = judged_unit(measure, heads, unit, units_history(session, [unit])[unit], ())
            assert best_guess_words(session, heads, unit, measure, behaviour) == ""


def test_a_coarse_month_has_no_best_guess(stores: Stores, signer: LogSigner) -> None:
    with stores.archive() as session:
        waves_with_a_joiner(session, signer)
        heads = visible_releases(session)
        unit, measure = UnitCode("north-2"), ordered_measures(heads)[0]
        behaviour = judged_unit(measure, heads, unit, units_history(session, [unit])[unit], ())
        assert best_guess_words(session, heads, unit, measure, behaviour) == ""


def test_the_unit_page_says_the_best_guess_beside_the_mean(
    stores: Stores, signer: LogSigner, sign_in_as: SignInAs
) -> None:
    sentence = guess_of(stores, signer, SPREAD, teams=12)
    text = text_of(sign_in_as(Role.HR).get("/units/t00").text).replace(NO_BREAK, " ")
    assert sentence in text
