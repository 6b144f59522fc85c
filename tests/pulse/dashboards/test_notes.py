"""Notes and new limits through their pages: written, confirmed, printed everywhere, withdrawn."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pulse.access import Role
from pulse.config import Settings
from pulse.keys import write_once
from pulse.stores import Stores
from surveys.ledger.log import EntryKind, LogEntry, entries
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from tests.pulse.dashboards.pages import NO_BREAK, chart_values, rows_of, text_of

SignInAs = Callable[..., FlaskClient]
NOTE = {"month": "2026-02", "text": "The office <moved>."}
REBASE = {"month": "2026-04", "reason": "A new rota.", "measure": ""}


@pytest.fixture
def site(
    app: Flask,
    settings: Settings,
    stores: Stores,
    signer: LogSigner,
    released_months: tuple[Month, ...],
) -> Stores:
    """A filled installation that can sign its log, with forms that need no token."""
    assert released_months
    write_once(settings.keys / "log.key", signer.as_pem())
    app.config["WTF_CSRF_ENABLED"] = False
    return stores


def words(html: str) -> str:
    return text_of(html).replace(NO_BREAK, " ")


def logged(stores: Stores, kind: EntryKind) -> tuple[LogEntry, ...]:
    with stores.archive() as session:
        return entries(session, kinds=[kind])


def read(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return words(answer.text)


def put_note(client: FlaskClient, unit: str = "north", **form: str) -> int:
    answer = client.post(f"/units/{unit}/notes/new", data={**NOTE, "decision": "enter", **form})
    return answer.status_code


def start_anew(client: FlaskClient, unit: str = "north-1", **form: str) -> int:
    data = {**REBASE, "decision": "enter", **form}
    return client.post(f"/units/{unit}/notes/rebase", data=data).status_code


def test_a_note_is_shown_before_it_is_entered_and_stands_on_the_charts_after(
    site: Stores, sign_in_as: SignInAs
) -> None:
    leader = sign_in_as(Role.LEADER, ["north"])
    assert "Do not name people" in read(leader, "/units/north/notes/new")
    asked = leader.post("/units/north/notes/new", data={**NOTE, "below": "yes"})
    assert "Put this note on the charts?" in words(asked.text)
    assert "on the charts of North and of all units below it, at February 2026" in words(asked.text)
    assert logged(site, EntryKind.ANNOTATED) == ()
    assert put_note(leader, below="yes") == 303

    line = "February 2026: “The office <moved>.” (a senior leader, "
    for unit in ("north", "north-1"):
        assert line in read(leader, f"/units/{unit}")
    hr = sign_in_as(Role.HR)
    assert line not in read(hr, "/units/south")
    assert line not in read(hr, "/units/root")
    assert "Dana" not in read(leader, "/units/north/notes").split("Notes on the charts")[-1]


def test_going_back_to_the_words_keeps_them_and_enters_nothing(
    site: Stores, sign_in_as: SignInAs
) -> None:
    answer = sign_in_as(Role.HR).post(
        "/units/north/notes/new", data={**NOTE, "below": "yes", "decision": "change"}
    )
    assert 'value="The office &lt;moved&gt;."' in answer.text
    assert 'value="2026-02" selected' in answer.text
    assert re.search(r'id="below"[^>]* checked', answer.text)
    assert logged(site, EntryKind.ANNOTATED) == ()


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"text": " "}, "Your note is missing. Write it in plain words."),
        ({"text": "x" * 121}, "Your note is 121 characters. It can be up to 120."),
        ({"month": "1999-01"}, "The month is none of those on offer."),
        ({"month": ""}, "The month is none of those on offer."),
    ],
)
def test_a_note_that_breaks_a_rule_is_told_the_rule_and_nothing_is_entered(
    site: Stores, sign_in_as: SignInAs, form: dict[str, str], problem: str
) -> None:
    answer = sign_in_as(Role.HR).post(
        "/units/north/notes/new", data={**NOTE, **form, "decision": "enter"}
    )
    assert answer.status_code == 400
    assert problem in words(answer.text)
    assert "<title>Error:" in answer.text
    assert logged(site, EntryKind.ANNOTATED) == ()


def test_a_leader_writes_in_the_own_part_only_and_starts_no_limits_anew(
    site: Stores, sign_in_as: SignInAs
) -> None:
    leader, team = sign_in_as(Role.LEADER, ["north"]), sign_in_as(Role.TEAM_LEADER, ["north-1"])
    assert put_note(leader, "south") == 403
    assert put_note(leader, "root") == 403
    assert start_anew(leader) == 403
    assert put_note(team, "north-1") == 403
    assert put_note(sign_in_as(Role.UNION_AUDITOR), "north-1") == 403
    assert logged(site, EntryKind.ANNOTATED) == logged(site, EntryKind.REBASED) == ()
    assert "Put a note" not in read(team, "/units/north-1/notes")
    assert "Start limits anew" not in read(leader, "/units/north-1/notes")
    assert leader.get("/units/nowhere/notes").status_code == 404


def test_old_and_new_limits_stand_side_by_side_before_anything_is_entered(
    site: Stores, sign_in_as: SignInAs
) -> None:
    hr = sign_in_as(Role.HR)
    asked = hr.post("/units/north-1/notes/rebase", data=REBASE)
    changes = {row[0]: row[1:] for row in rows_of(asked.text, "Table 1")[1:]}

    assert changes["Own average"] == ["3.4", "2.9"]
    assert changes["Months in a signal"] == ["7", "0"]
    assert changes["What the page says"] == [
        "Seven months below its own average",
        "No clear change",
    ]
    (limits,) = (row for name, row in changes.items() if name.startswith("Limits in"))
    assert limits[0] != limits[1]
    assert chart_values(asked.text) == chart_values(hr.get("/units/north-1").text)
    assert logged(site, EntryKind.REBASED) == ()


def test_every_page_and_file_uses_the_new_limits_at_once_and_the_old_ones_once_withdrawn(
    site: Stores, sign_in_as: SignInAs
) -> None:
    hr = sign_in_as(Role.HR)
    pages = {
        "/units/north-1": "below its own average",
        "/units/north-1.csv": "below its limit",
        "/heatmap?level=2": "lower, 7 months",
        "/this-month": "Morale in Assessment North has been below",
        "/trends?depth=2": "Morale in Assessment North has been below",
        "/trends.csv?depth=2": "Morale,north-1,Assessment North,2026-10,2.8,19,3.4",
        "/turnover?unit=north-1": "average and limits fixed on the first 12",
    }

    def found() -> list[bool]:
        told = [sentence in read(hr, page) for page, sentence in pages.items()]
        heat = rows_of(hr.get("/heatmap?level=2").text, "Table 1")[1]
        told[2] = "lower" in heat[1]
        return told

    assert found() == [True] * len(pages)
    assert start_anew(hr) == 303
    assert found() == [False] * len(pages)
    assert "April 2026: average and limits start anew. “A new rota.” (HR, " in read(
        hr, "/units/north-1"
    )
    (entry,) = logged(site, EntryKind.REBASED)
    withdrawn = hr.post(
        f"/units/north-1/notes/{entry.place}/withdraw",
        data={"why": "It was only for a month.", "decision": "withdraw"},
    )
    assert withdrawn.status_code == 303
    assert found() == [True] * len(pages)
    notes = read(hr, "/units/north-1/notes")
    assert "Withdrawn by HR on" in notes
    assert "It was only for a month." in notes


def test_limits_start_anew_in_one_theme_alone(site: Stores, sign_in_as: SignInAs) -> None:
    hr = sign_in_as(Role.HR)
    assert start_anew(hr) == 303
    assert site
    row = {line[0]: line for line in rows_of(hr.get("/heatmap?level=2").text, "Table 1")}[
        "Assessment North"
    ]
    assert "no clear change" in row[1]
    assert "lower" in row[2]


def test_a_unit_below_starts_anew_only_if_asked_and_only_with_months_enough(
    site: Stores, sign_in_as: SignInAs
) -> None:
    hr = sign_in_as(Role.HR)
    asked = hr.post("/units/north/notes/rebase", data={**REBASE, "below": "yes"})
    assert "It also holds for each of the 3 units below" in words(asked.text)
    assert start_anew(hr, "north") == 303
    assert "below its own average" in read(hr, "/units/north-1")
    assert start_anew(hr, "north", month="2026-05", below="yes") == 400  # too near to April's
    (entry,) = logged(site, EntryKind.REBASED)
    hr.post(
        f"/units/north/notes/{entry.place}/withdraw",
        data={"why": "For all below.", "decision": "withdraw"},
    )
    assert start_anew(hr, "north", below="yes") == 303
    assert "below its own average" not in read(hr, "/units/north-1").split("Table 3")[0]


@pytest.mark.parametrize("month", ["2025-10", "2026-06", "2026-11", ""])
def test_a_month_with_too_few_months_on_either_side_is_not_on_offer(
    site: Stores, sign_in_as: SignInAs, month: str
) -> None:
    hr = sign_in_as(Role.HR)
    form = hr.get("/units/north-1/notes/rebase")
    offered = re.findall(r'<option value="(\d{4}-\d\d)"', form.text)
    assert offered == [str(Month(2026, 5).shifted(-back)) for back in range(7)]
    answer = hr.post("/units/north-1/notes/rebase", data={**REBASE, "month": month})
    assert answer.status_code == 400
    assert "The month is none of those on offer." in words(answer.text)
    assert logged(site, EntryKind.REBASED) == ()


def test_where_no_month_is_possible_the_page_says_why(site: Stores, sign_in_as: SignInAs) -> None:
    assert site
    hr = sign_in_as(Role.HR)
    assert start_anew(hr, month="2026-02") == 303
    text = read(hr, "/units/north-1/notes/rebase")
    assert "cannot start anew here yet" in text
    assert "New limits need six shown months of their own" in text


def test_a_leader_withdraws_what_leaders_wrote_in_the_own_part_and_nothing_of_hr(
    site: Stores, sign_in_as: SignInAs
) -> None:
    hr, leader = sign_in_as(Role.HR), sign_in_as(Role.LEADER, ["north"])
    other = sign_in_as(Role.LEADER, ["north-1"])
    put_note(hr, "north", below="yes")
    put_note(leader, "north", below="yes")
    of_hr, of_leader = (entry.place for entry in logged(site, EntryKind.ANNOTATED))
    form = {"why": "It was in March.", "decision": "withdraw"}

    assert leader.post(f"/units/north/notes/{of_hr}/withdraw", data=form).status_code == 403
    assert other.post(f"/units/north-1/notes/{of_leader}/withdraw", data=form).status_code == 403
    assert leader.post(f"/units/north/notes/{of_leader}/withdraw", data=form).status_code == 303
    assert leader.post(f"/units/north/notes/{of_leader}/withdraw", data=form).status_code == 403
    assert hr.post(f"/units/south/notes/{of_hr}/withdraw", data=form).status_code == 404
    assert len(logged(site, EntryKind.NOTE_WITHDRAWN)) == 1


def test_withdrawing_asks_why_and_asks_once_more(site: Stores, sign_in_as: SignInAs) -> None:
    hr = sign_in_as(Role.HR)
    put_note(hr)
    (entry,) = logged(site, EntryKind.ANNOTATED)
    path = f"/units/north/notes/{entry.place}/withdraw"
    assert "Why do you withdraw it?" in read(hr, path)
    assert "Your reason is missing" in words(hr.post(path, data={"why": ""}).text)
    asked = words(hr.post(path, data={"why": "It was in March."}).text)
    assert "Withdraw this from the charts?" in asked
    assert "It was in March." in asked
    assert logged(site, EntryKind.NOTE_WITHDRAWN) == ()


def test_the_union_reads_all_of_it_in_words(site: Stores, sign_in_as: SignInAs) -> None:
    hr = sign_in_as(Role.HR)
    put_note(hr, below="yes")
    start_anew(hr)
    (entry,) = logged(site, EntryKind.REBASED)
    hr.post(
        f"/units/north-1/notes/{entry.place}/withdraw",
        data={"why": "Too early.", "decision": "withdraw"},
    )
    log = read(sign_in_as(Role.UNION_AUDITOR), "/audit/log")
    assert (
        "HR put a note on the charts of North and all units below it at February 2026: "
        "The office <moved>." in log
    )
    assert (
        "HR started the average and limits of Morale anew from April 2026 on in Assessment North: "
        "A new rota." in log
    )
    assert f"HR withdrew entry {entry.place} from the charts: Too early." in log
