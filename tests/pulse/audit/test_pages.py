"""The union auditor's seat: rules with their history, the log, the self-attack, refusals."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from analysis import self_attack
from analysis.archive import certificate
from analysis.disclosure import attack, table_attack
from pulse.access import Role
from pulse.audit.attacks import EXPLANATIONS, AttackReport
from pulse.audit.log import ENTRIES_PER_PAGE
from pulse.audit.settings import settings_page
from pulse.config import Settings
from pulse.keys import create_keys
from pulse.office.tables import RefusalRow
from pulse.stores import Stores
from surveys.ledger.log import EntryKind, append
from surveys.ledger.signing import LogSigner
from surveys.ledger.tables import LogEntryRow
from surveys.policy import AnonymityPolicy
from surveys.policy_log import LoggedPolicy, policy_history
from tests.pulse.dashboards.pages import rows_of, text_of
from tests.pulse.released import FIRST, MANY, months_from, release, tally_of

SignInAs = Callable[..., FlaskClient]
PAGES = ("/audit", "/audit/settings", "/audit/log", "/audit/log/0", "/audit/self-attack")


@pytest.fixture
def key(settings: Settings) -> LogSigner:
    """The installation's own log key: the pages check against it."""
    return create_keys(settings)


@pytest.fixture
def archive(stores: Stores, key: LogSigner) -> Stores:
    with stores.archive() as session:
        release(session, [tally_of(month, MANY, means={}) for month in months_from(FIRST, 2)], key)
    return stores


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_one_h1_and_a_title(
    archive: Stores, sign_in_as: SignInAs, page: str
) -> None:
    assert archive
    answer = sign_in_as(Role.UNION_AUDITOR).get(page)

    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert re.search(r"<title>[^<]{3,} – Pulse</title>", answer.text)


@pytest.mark.parametrize("page", [*PAGES, "/audit/certificates/2025-05.json"])
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.UNION_AUDITOR])
def test_nobody_else_enters(archive: Stores, sign_in_as: SignInAs, role: Role, page: str) -> None:
    assert archive
    assert sign_in_as(role).get(page).status_code == 403


def test_the_overview_says_what_is_in_force_and_that_the_log_holds(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    text = text_of(sign_in_as(Role.UNION_AUDITOR).get("/audit").text)

    assert "Smallest group, k 5 people since 1 April 2025" in text.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert "3 entries: nothing removed or altered." in text
    assert "your own computer with your own copy of a checkpoint is the stronger check" in text
    assert "0 leaks in" in text


def test_an_altered_entry_is_named_and_the_auditor_told_what_to_do(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    with archive.archive() as session:
        row = session.get(LogEntryRow, 1)
        assert row is not None
        changed = row.document.replace('"threshold":5', '"threshold":4')
        session.execute(update(LogEntryRow).where(LogEntryRow.place == 1).values(document=changed))
    client = sign_in_as(Role.UNION_AUDITOR)

    for page in ("/audit", "/audit/log"):
        text = text_of(client.get(page).text)
        assert "Entry 1 does not match." in text
        assert "Do not sign anything." in text


def test_every_field_of_the_policy_stands_on_the_settings_page(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    rows = rows_of(sign_in_as(Role.UNION_AUDITOR).get("/audit/settings").text, "Table 1")

    assert len(rows) == 1 + len(AnonymityPolicy().as_document())
    assert rows[1][1] == "5 people"
    assert rows[1][2] == "5: nobody can go below it"


def test_a_setting_tells_its_changes_newest_first_and_no_change_twice() -> None:
    history = [
        LoggedPolicy(AnonymityPolicy(threshold=8), date(2025, 1, 1), 0),
        LoggedPolicy(AnonymityPolicy(threshold=8, all_options_from=40), date(2025, 2, 1), 3),
        LoggedPolicy(AnonymityPolicy(threshold=10, all_options_from=40), date(2025, 3, 1), 7),
    ]
    k = settings_page(history).settings[0]

    assert [change.place for change in k.history] == [7, 0]
    assert k.history[0].words.replace("\N{NO-BREAK SPACE}", " ") == "10 people since 1 March 2025"


def test_the_log_tells_each_entry_in_plain_words_and_its_page_tells_all_of_it(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    client = sign_in_as(Role.UNION_AUDITOR)
    text = text_of(client.get("/audit/log").text).replace("\N{NO-BREAK SPACE}", " ")
    fields = dict(row[:2] for row in rows_of(client.get("/audit/log/1").text, "Table 1")[1:])

    assert "Anonymity settings recorded: smallest group k is 5." in text
    assert "June 2025 was released under k = 5." in text
    assert fields["month"] == "2025-05"
    assert len(fields["release_sha256"]) == 64


def test_the_newest_checkpoint_stands_there_to_be_kept(
    archive: Stores, sign_in_as: SignInAs, key: LogSigner
) -> None:
    assert archive
    html = sign_in_as(Role.UNION_AUDITOR).get("/audit/log").text

    assert key.public_key.origin in html
    assert "Keep a copy away from it" in text_of(html)


def test_a_long_log_comes_in_pages(stores: Stores, key: LogSigner, sign_in_as: SignInAs) -> None:
    with stores.archive() as session:
        for number in range(ENTRIES_PER_PAGE + 1):
            body = {"note": number}
            append(session, EntryKind.UNITS, body, signer=key, day=date(2025, 1, 1))
    client = sign_in_as(Role.UNION_AUDITOR)
    first, second = client.get("/audit/log").text, client.get("/audit/log?page=2").text

    assert "Entry 50" in first
    assert "Older entries" in first
    assert "Entry 0" not in text_of(first)
    assert "Entry 0" in text_of(second)
    assert "Newer entries" in second


def test_an_entry_that_is_not_there_is_not_found(archive: Stores, sign_in_as: SignInAs) -> None:
    assert archive
    client = sign_in_as(Role.UNION_AUDITOR)

    assert client.get("/audit/log/99").status_code == 404
    assert client.get("/audit/certificates/2019-01.json").status_code == 404
    assert client.get("/audit/certificates/nonsense.json").status_code == 404


def test_the_certificate_comes_byte_for_byte(archive: Stores, sign_in_as: SignInAs) -> None:
    answer = sign_in_as(Role.UNION_AUDITOR).get("/audit/certificates/2025-05.json")

    with archive.archive() as session:
        assert answer.text == certificate(session, FIRST)
    assert json.loads(answer.text)
    assert answer.headers["Content-Disposition"].endswith("filename=certificate-2025-05.json")


def test_each_release_says_what_was_tried_and_what_was_not_searched(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    text = text_of(sign_in_as(Role.UNION_AUDITOR).get("/audit/self-attack").text)

    assert text.count("Not searched:") == 2
    assert "what people know of each other from outside Pulse" in text
    assert text.count("What it reads is never stored.") == 1


def test_each_attack_that_a_release_names_is_explained_once(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    assert archive
    text = text_of(sign_in_as(Role.UNION_AUDITOR).get("/audit/self-attack").text)

    assert text.count("would give three people away") == 1
    assert text.count("if the shown shares prove that all of it gave the same answer") == 1
    assert "narrow hidden cells down" not in text.lower()  # no release names it yet


def test_every_attack_has_words_that_explain_it() -> None:
    tables = {each.name for each in (*table_attack._PUBLIC, *table_attack._SEALED)}
    assert set(EXPLANATIONS) == {*attack._ATTACKS, *tables, self_attack._ONE_MIND}


def test_the_short_form_counts_the_gaps_that_it_leaves_out() -> None:
    report = AttackReport(FIRST, "", "", "", (), ("one", "two", "three", "four", "five"), ())
    assert report.not_searched_words == "Not searched: one; two; three; and 2 more."
    assert replace(report, not_searched=("one",)).not_searched_words == "Not searched: one."


def test_refusals_of_thirty_days_are_told_by_role_day_and_rule(
    archive: Stores, sign_in_as: SignInAs
) -> None:
    today = datetime.now(UTC).date()
    with archive.office() as session:
        for days, rule in ((2, "the rule of this week"), (40, "an old rule")):
            day = today - timedelta(days=days)
            session.add(RefusalRow(day=day, role="leader", rule=rule, page="/units/<code>"))
    text = text_of(sign_in_as(Role.UNION_AUDITOR).get("/audit").text)

    assert "Senior leader on" in text
    assert "Rule: the rule of this week." in text
    assert "an old rule" not in text


def test_before_anything_is_recorded_each_page_says_so(
    key: LogSigner, sign_in_as: SignInAs, stores: Stores
) -> None:
    assert key
    with stores.archive() as session:
        assert policy_history(session) == ()
    client = sign_in_as(Role.UNION_AUDITOR)

    assert "No settings are recorded yet." in text_of(client.get("/audit").text)
    assert "No settings are recorded yet." in text_of(client.get("/audit/settings").text)
    assert "The log is empty." in text_of(client.get("/audit/log").text)
    assert "Nothing has been released yet" in text_of(client.get("/audit/self-attack").text)
