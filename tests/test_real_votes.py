"""Real votes of 37 companies, from files to releases, by the commands that the README names.

What every shown figure must be is computed here a second time, from the votes alone and without
any of Pulse's own counting.
"""

import csv
import gzip
import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from analysis.archive import units_history, visible_releases
from analysis.release import Bound, Published, ShownCell, Source
from analysis.turnover import Association
from analysis.workforce import workforce_of
from pulse.app import create_app
from pulse.cli.main import main
from pulse.config import Settings
from pulse.office.sign_ins import begin_sign_in, check_account, utc_now
from pulse.stores import Stores
from surveys.instruments import ItemCode
from surveys.months import Month
from surveys.units import UnitCode
from tests.analysis.turnover_rows import TurnoverRow, between_units, pooled_months

pytestmark = pytest.mark.shared_data

COMPANIES = 37
K = 5
PASSWORD = "correct horse battery staple\n"
ROOT = UnitCode("all")
MOOD = ItemCode("daily-mood")
PACK = """\
format = 1
code = "daily-mood"
name = "Daily mood votes"
source = "A public set of daily mood votes"
licence = "not confirmed: local tests only"
permission = "local tests only"

[scales.four]
labels = ["Very bad", "Bad", "Good", "Very good"]
bands = [
  { name = "bad", first = 1, last = 2 },
  { name = "good", first = 3, last = 3 },
  { name = "very good", first = 4, last = 4 },
]

[constructs.daily-mood]
name = "Daily mood"
ask_lower = "What has made the days harder lately?"
ask_higher = "What has made the days better lately?"

[[items]]
code = "daily-mood"
construct = "daily-mood"
scale = "four"
wording = "How was your day?"
"""
VOTES_OPTIONS = ("--unit", "unit", "--respondent", "person", "--date", "day", "--item", f"vote={MOOD}")  # fmt: skip

Votes = Mapping[Month, Mapping[str, Counter[int]]]
"""Month -> company -> how often each vote was a person's last one of the month."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The installation after all imports, and what the commands said."""

    settings: Settings
    stores: Stores
    dry_run: str
    outputs: tuple[str, ...]


def run(home: Path, *arguments: str, typed: str | None = None) -> Result:
    result = CliRunner(env={"PULSE_HOME": str(home)}).invoke(main, arguments, input=typed)
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="module")
def votes(shared_data: Path) -> Votes:
    """Each person's last vote of each month, by a plain dictionary."""
    last: dict[tuple[str, str, str], tuple[str, int]] = {}
    with gzip.open(shared_data / "happyforce/votes_compact.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            key = (row["unit"], row["person"], row["day"][:7])
            if row["day"] >= last.get(key, ("", 0))[0]:
                last[key] = (row["day"], int(row["vote"]))
    found: dict[Month, dict[str, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    for (unit, _, month), (_, vote) in last.items():
        found[Month.parse(month)][unit][vote] += 1
    return found


@pytest.fixture(scope="module")
def imported(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder = tmp_path_factory.mktemp("real-votes")
    home = folder / "home"
    votes_file = str(shared_data / "happyforce/votes_compact.csv.gz")
    units = folder / "units.csv"
    companies = "".join(f"{number},Company {number},{ROOT}\n" for number in range(COMPANIES))
    units.write_text(f"code,name,parent\n{ROOT},All companies,\n{companies}")
    pack = folder / "daily-mood.toml"
    pack.write_text(PACK)
    run(home, "init", "--k", str(K), "--password-stdin", typed=PASSWORD)
    run(home, "account", "add", "hr", "--role", "hr", "--password-stdin", typed=PASSWORD)
    run(home, "import", "units", str(units), "--valid-from", "2014-01-01", "--yes")
    run(home, "import", "pack", str(pack), "--yes")
    dry_run = run(home, "import", "responses", votes_file, *VOTES_OPTIONS, "--dry-run").output
    real = run(home, "import", "responses", votes_file, *VOTES_OPTIONS, "--yes").output
    workforce = str(shared_data / "happyforce/workforce_monthly.csv")
    people = run(home, "import", "workforce", workforce, "--yes").output
    settings = Settings.from_environ({"PULSE_HOME": str(home)})
    return Imported(settings, Stores.of(settings), dry_run, (real, people))


@pytest.fixture(scope="module")
def reader(imported: Imported) -> FlaskClient:
    """A browser in which HR is signed in."""
    client = create_app(imported.settings).test_client()
    with imported.stores.office() as session:
        account_id = check_account(session, "hr", PASSWORD.strip())
        assert account_id is not None
        token = begin_sign_in(session, account_id, now=utc_now())
    with client.session_transaction() as cookie:
        cookie["sign_in"] = token
    return client


@pytest.fixture(scope="module")
def shown(imported: Imported) -> Mapping[Month, Mapping[UnitCode, ShownCell]]:
    units = [ROOT, *(UnitCode(str(number)) for number in range(COMPANIES))]
    found: dict[Month, dict[UnitCode, ShownCell]] = defaultdict(dict)
    with imported.stores.archive() as session:
        for unit, months in units_history(session, units).items():
            for unit_month in months:
                if isinstance(unit_month.cell, ShownCell):
                    found[unit_month.month][unit] = unit_month.cell
    return found


def own_votes(votes: Votes, month: Month, unit: UnitCode) -> Counter[int]:
    if unit == ROOT:
        return sum(votes[month].values(), Counter())
    return votes[month].get(unit, Counter())


def test_every_month_with_votes_is_released_as_imported(imported: Imported, votes: Votes) -> None:
    with imported.stores.archive() as session:
        heads = visible_releases(session)
    assert [head.month for head in heads] == sorted(votes)
    assert len(heads) == 30
    assert {head.source for head in heads} == {Source.IMPORTED}
    assert {head.threshold for head in heads} == {K}
    assert all(head.self_attack.leaks == 0 for head in heads)


def test_a_shown_cell_rests_on_everybody_who_voted_there_and_on_k_at_least(
    shown: Mapping[Month, Mapping[UnitCode, ShownCell]], votes: Votes
) -> None:
    for month, cells in shown.items():
        for unit, cell in cells.items():
            assert cell.respondents == own_votes(votes, month, unit).total() >= K


def test_a_shown_mean_is_the_plain_mean_after_rounding(
    shown: Mapping[Month, Mapping[UnitCode, ShownCell]], votes: Votes
) -> None:
    exact = 0
    for month, cells in shown.items():
        for unit, cell in cells.items():
            counted = own_votes(votes, month, unit)
            plain = Fraction(sum(v * n for v, n in counted.items()), counted.total())
            rounded = math.floor(plain * 10 + Fraction(1, 2)) / 10
            figure = cell.figures[MOOD]
            assert isinstance(figure, Published)
            if figure.mean.bound is Bound.EXACT:
                exact += 1
                assert figure.mean.value == rounded
            elif figure.mean.bound is Bound.AT_LEAST:
                assert rounded >= figure.mean.value
            else:
                assert rounded <= figure.mean.value
    assert exact > 200


def test_subtraction_never_isolates_fewer_than_k(
    shown: Mapping[Month, Mapping[UnitCode, ShownCell]], votes: Votes
) -> None:
    for month, cells in shown.items():
        if ROOT not in cells:
            continue
        rest = sum(
            counted.total()
            for company, counted in votes[month].items()
            if UnitCode(company) not in cells
        )
        # Every difference of shown figures is a sum of shown companies and of this rest.
        assert rest == 0 or rest >= K


def test_no_more_is_hidden_than_safety_asks(
    shown: Mapping[Month, Mapping[UnitCode, ShownCell]], votes: Votes
) -> None:
    for month, by_company in votes.items():
        sizes = [counted.total() for counted in by_company.values()]
        large = sum(size >= K for size in sizes)
        rest = sum(size for size in sizes if size < K)
        # A rest of 1..k-1 people costs one more cell: a company to hide them, or the whole.
        best = large + (sum(sizes) >= K) - (0 < rest < K and large > 0)
        assert len(shown.get(month, {})) == best


def test_the_dry_run_told_exactly_what_was_then_shown(
    imported: Imported, shown: Mapping[Month, Mapping[UnitCode, ShownCell]], votes: Votes
) -> None:
    lines = [line.split() for line in imported.dry_run.splitlines() if line.startswith("20")]
    assert [(Month.parse(line[0]), int(line[3])) for line in lines] == [
        (month, len(shown.get(month, {}))) for month in sorted(votes)
    ]
    assert "Nothing was stored." in imported.dry_run


def test_morale_and_leavers_of_companies_are_not_associated(
    imported: Imported, shown: Mapping[Month, Mapping[UnitCode, ShownCell]]
) -> None:
    """Real and flat: these are the numbers of docs/statistics/real-votes.md."""
    companies = [UnitCode(str(number)) for number in range(COMPANIES)]
    with imported.stores.archive() as session:
        people = workforce_of(session, companies)
    rows = []
    for company in companies:
        months = {m for m, cells in shown.items() if company in cells} | set(
            people.get(company, {})
        )
        for month in sorted(months):
            cell = shown.get(month, {}).get(company)
            figure = cell.figures[MOOD] if cell else None
            post = people.get(company, {}).get(month)
            rows.append(
                TurnoverRow(
                    company,
                    month,
                    figure.mean.value if isinstance(figure, Published) else None,
                    post.headcount if post else None,
                    post.leavers if post else None,
                )
            )
    between, pooled = between_units(rows), pooled_months(rows)
    assert sum(len(cells) for cells in shown.values()) == 262
    assert isinstance(between, Association)
    assert [round(x, 2) for x in (between.estimate, between.low, between.high)] == [
        -0.09,
        -0.41,
        0.25,
    ]
    assert (between.n, between.months, between.leavers) == (35, 19, 634)
    assert isinstance(pooled, Association)
    assert [round(x, 2) for x in (pooled.estimate, pooled.low, pooled.high)] == [-0.06, -0.35, 0.25]
    assert (pooled.n, pooled.units, pooled.months, pooled.leavers) == (208, 31, 18, 601)


def rows_of(page: str) -> dict[str, list[str]]:
    """The cells of each table row that begins with a month."""
    found: dict[str, list[str]] = {}
    for row in re.findall(r"<tr.*?</tr>", page, flags=re.DOTALL):
        cells = [
            " ".join(re.sub(r"<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<t[hd].*?</t[hd]>", row, flags=re.DOTALL)
        ]
        month = re.match(r"[A-Z][a-z]+ \d{4}", cells[0]) if cells else None
        if month is not None:  # behind it stands the short form for phones
            found.setdefault(month[0], cells[1:])
    return found


@pytest.mark.parametrize("unit", [ROOT, UnitCode("3"), UnitCode("12")])
def test_the_page_of_a_unit_shows_the_released_means_and_answers(
    reader: FlaskClient, shown: Mapping[Month, Mapping[UnitCode, ShownCell]], unit: UnitCode
) -> None:
    answer = reader.get(f"/units/{unit}?months=all")
    assert answer.status_code == 200
    rows = rows_of(answer.text)
    compared = 0
    for month, cells in shown.items():
        cell = cells.get(unit)
        figure = cell.figures[MOOD] if cell else None
        row = rows.get(month.words.replace("\N{NO-BREAK SPACE}", " "), [])
        if isinstance(figure, Published):
            assert row[0].startswith(f"{figure.mean.value:.1f}")
            assert row[2] == f"{figure.respondents:,}"
            compared += 1
        elif row:
            assert row[0].startswith("hidden")
    assert compared >= 5


def test_the_pages_say_that_these_answers_were_imported(reader: FlaskClient) -> None:
    assert "not anonymous at source" in reader.get("/this-month").text
    assert "not anonymous at source" in reader.get(f"/units/{ROOT}").text


def test_the_turnover_page_says_what_came_out(reader: FlaskClient) -> None:
    page = " ".join(reader.get("/turnover").text.split())
    assert "\N{MINUS SIGN}0.09" in page
    assert "Not distinguishable from no association" in page
