"""A challenge through its pages: the auditor writes, HR answers, and both are printed on results."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from pulse.access import Role
from pulse.app import create_app
from pulse.installation import Installation
from pulse.jobs.worker import tick
from pulse.office.accounts import Account, create_account
from pulse.office.sign_ins import begin_sign_in, check_account, utc_now
from surveys.ledger.log import EntryKind, LogEntry, entries
from surveys.units import UnitCode
from surveys.wave_states import WaveState
from surveys.wave_tables import WaveRow
from surveys.waves import find_wave
from tests.pulse.conftest import PASSWORD
from tests.pulse.dashboards.pages import text_of
from tests.pulse.waves_made import CLOSES, answer, opened_wave, secrets_of
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here

pytestmark = pytest.mark.usefixtures("quick_keys")
TODAY = datetime.now().astimezone().date()
REASON = "Twelve people were moved the night before it opened.\nNobody says <why>."
SAID = "They had been entered twice."


class Offices:
    """A wave that was closed today, and a browser for each role."""

    def __init__(self, site: Installation, code: str) -> None:
        self.site, self.code = site, code
        app = create_app(site.settings)
        app.config["WTF_CSRF_ENABLED"] = False
        self.clients = {role: self._signed_in(app.test_client(), role) for role in Role}
        self.union, self.hr = self.clients[Role.UNION_AUDITOR], self.clients[Role.HR]

    def _signed_in(self, client: FlaskClient, role: Role) -> FlaskClient:
        units = (UnitCode("ALL"),) if role in {Role.LEADER, Role.TEAM_LEADER} else ()
        with self.site.stores.office() as session:
            account = Account(role.value, "Dana Okafor", role, units, is_active=True)
            create_account(session, account, password=PASSWORD)
            account_id = check_account(session, role.value, PASSWORD)
            assert account_id is not None
            token = begin_sign_in(session, account_id, now=utc_now())
        with client.session_transaction() as cookie:
            cookie["sign_in"] = token
        return client

    def challenge(self, **form: str) -> tuple[int, str]:
        return self._post(self.union, f"/audit/challenges/{self.code}", {"reason": REASON} | form)

    def reply(self, **form: str) -> tuple[int, str]:
        usual = {"words": SAID, "outcome": "release"}
        return self._post(self.hr, f"/waves/{self.code}/answer", usual | form)

    def _post(self, client: FlaskClient, path: str, form: dict[str, str]) -> tuple[int, str]:
        answered = client.post(path, data=form)
        return answered.status_code, answered.text

    def text(self, role: Role, path: str) -> str:
        answered = self.clients[role].get(path)
        assert answered.status_code == 200, answered.text
        return text_of(answered.text).replace("\N{NO-BREAK SPACE}", " ")

    def logged(self, kind: EntryKind) -> tuple[LogEntry, ...]:
        with self.site.stores.archive() as archive:
            return entries(archive, kinds=[kind])

    def work(self, days: int) -> WaveState:
        """Let the worker work so many days after today, and return the wave's state."""
        tick(self.site, datetime.fromisoformat(f"{TODAY + timedelta(days=days)} 12:00"))
        with self.site.stores.registry() as registry:
            return find_wave(registry, self.code).state


OfficesOf = Callable[..., Offices]


@pytest.fixture
def offices_of(installation: Installation) -> OfficesOf:
    def make(*, closed_on: date = TODAY, releases_on: date = TODAY + timedelta(days=3)) -> Offices:
        code = opened_wave(installation)
        for place, secret in enumerate(secrets_of(installation, code)):
            answer(installation, secret, [1 + (place + item) % 5 for item in range(8)])
        tick(installation, datetime.fromisoformat(f"{CLOSES} 18:00"))
        with installation.stores.registry() as registry:
            days = {"closed_on": closed_on, "releases_on": releases_on}
            registry.execute(update(WaveRow).where(WaveRow.code == code).values(**days))
        return Offices(installation, code)

    return make


@pytest.fixture
def offices(offices_of: OfficesOf) -> Offices:
    return offices_of()


def says_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def test_from_the_overview_to_the_results_by_the_pages_alone(offices: Offices) -> None:
    assert "You can challenge November 2026" in offices.text(Role.UNION_AUDITOR, "/audit")
    status, page = offices.challenge()
    assert (status, "Raise this challenge?" in page) == (200, True)
    assert offices.logged(EntryKind.CHALLENGED) == ()  # asked once more, nothing entered yet
    assert offices.challenge(decision="raise")[0] == 303
    assert "wait for HR's answer" in offices.text(Role.UNION_AUDITOR, "/audit/challenges")
    assert offices.work(4) is WaveState.STAGED

    waves = offices.text(Role.HR, "/waves")
    assert "The union has challenged it" in waves
    assert "after your answer" in waves
    wave = offices.text(Role.HR, f"/waves/{offices.code}")
    assert "its results wait for your answer" in wave
    assert "Answer the challenge" in wave
    assert "Destroy without results" not in wave
    status, page = offices.reply()
    assert (status, "Send this answer?" in page) == (200, True)
    assert offices.logged(EntryKind.CHALLENGE_ANSWERED) == ()
    assert offices.reply(decision="answer")[0] == 303
    assert SAID in offices.text(Role.UNION_AUDITOR, "/audit/challenges")
    assert "HR answered on" in offices.text(Role.HR, f"/waves/{offices.code}")

    assert offices.work(3) is WaveState.RELEASED
    note = (
        f"The union challenged this wave on {says_day(TODAY)}: Twelve people were moved the night "
        f"before it opened. Nobody says <why>. HR answered on {says_day(TODAY)}: {SAID}"
    )
    for role in (Role.HR, Role.LEADER, Role.TEAM_LEADER):
        assert note in offices.text(role, "/this-month")
        assert note in offices.text(role, "/units/ALL")
    assert note in offices.text(Role.LEADER, "/heatmap")
    assert note in offices.text(Role.UNION_AUDITOR, "/audit/self-attack")
    earlier = offices.text(Role.UNION_AUDITOR, "/audit/challenges")
    assert "The results came out with this printed on them." in earlier
    assert "No wave is between its close and its results now." in earlier


def test_the_log_tells_both_in_words_and_in_full(offices: Offices) -> None:
    offices.challenge(decision="raise")
    offices.reply(decision="answer")
    (raised,) = offices.logged(EntryKind.CHALLENGED)
    assert raised.body["raised_by"] == "union_auditor"
    assert raised.day == TODAY
    log = offices.text(Role.UNION_AUDITOR, "/audit/log")
    assert "The union challenged wave 2026-11. HR has to answer." in log
    assert f"HR answered the challenge of wave 2026-11 (entry {raised.place}): release it" in log
    assert "Nobody says <why>." in offices.text(Role.UNION_AUDITOR, f"/audit/log/{raised.place}")


def test_silence_is_printed_as_silence(offices: Offices) -> None:
    offices.challenge(decision="raise")
    assert offices.work(13) is WaveState.STAGED
    assert offices.work(14) is WaveState.RELEASED
    assert "HR did not answer within 14 days." in offices.text(Role.TEAM_LEADER, "/this-month")


def test_hr_gives_the_wave_up_and_the_union_reads_why(offices: Offices) -> None:
    offices.challenge(decision="raise")
    status, page = offices.reply(outcome="destroy", decision="answer")
    assert status == 400  # the sentence is not ticked
    assert "Tick the sentence to go on" in page
    assert offices.reply(outcome="destroy", decision="answer", promise="yes")[0] == 303
    assert "given up" in offices.text(Role.HR, f"/waves/{offices.code}")
    assert "HR has given it up" in offices.text(Role.UNION_AUDITOR, "/audit")
    assert offices.work(0) is WaveState.DESTROYED
    union = offices.text(Role.UNION_AUDITOR, "/audit/challenges")
    assert "It was destroyed without results." in union
    assert SAID in union
    assert SAID in offices.text(Role.HR, f"/waves/{offices.code}")


@pytest.mark.parametrize(
    ("reason", "words"),
    [("  ", "Your reason is missing"), ("long " * 300, "is 1,499 characters. It can be up to")],
)
@pytest.mark.parametrize("decision", ["", "raise"])
def test_a_reason_that_cannot_be_kept_is_refused_and_not_lost(
    offices: Offices, reason: str, words: str, decision: str
) -> None:
    status, page = offices.challenge(reason=reason, decision=decision)
    assert status == 400
    assert "<title>Error: " in page
    assert '<a href="#reason">' in page
    assert words in page
    assert reason.strip() in page
    assert offices.logged(EntryKind.CHALLENGED) == ()


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        ({"words": ""}, "words", "Your answer is missing"),
        ({"words": "long " * 300}, "words", "is 1,499 characters"),
        ({"outcome": ""}, "outcome", "Choose what happens with the wave."),
        ({"outcome": "publish"}, "outcome", "Choose what happens with the wave."),
    ],
)
def test_an_answer_that_cannot_be_kept_is_refused_by_field_and_not_lost(
    offices: Offices, form: dict[str, str], field: str, words: str
) -> None:
    offices.challenge(decision="raise")
    status, page = offices.reply(**form, decision="answer")
    assert status == 400
    assert f'<a href="#{field}">' in page
    assert words in page
    assert form.get("words", SAID).strip() in page
    assert re.search(r'value="release" checked', page) or "outcome" in form
    assert offices.logged(EntryKind.CHALLENGE_ANSWERED) == ()


def test_the_words_can_be_changed_before_they_are_entered(offices: Offices) -> None:
    assert "Nobody says &lt;why&gt;.</textarea>" in offices.challenge(decision="change")[1]
    offices.challenge(decision="raise")
    assert f"{SAID}</textarea>" in offices.reply(decision="change")[1]


def test_a_second_challenge_waits_for_the_answer_to_the_first(offices: Offices) -> None:
    offices.challenge(decision="raise")
    status, page = offices.challenge(decision="raise")
    assert status == 409
    assert "is challenged already" in page
    offices.reply(decision="answer")
    assert "You can challenge it again" in offices.text(Role.UNION_AUDITOR, "/audit/challenges")
    assert offices.challenge(decision="raise")[0] == 303


def test_after_the_days_to_challenge_the_page_says_so_and_refuses(offices_of: OfficesOf) -> None:
    offices = offices_of(closed_on=TODAY - timedelta(days=3), releases_on=TODAY)
    text = offices.text(Role.UNION_AUDITOR, "/audit/challenges")
    assert "The days to challenge have passed." in text
    assert "Challenge November 2026" not in text
    assert offices.challenge(decision="raise")[0] == 409
    assert offices.logged(EntryKind.CHALLENGED) == ()


def test_without_days_to_challenge_the_page_says_so(offices_of: OfficesOf) -> None:
    offices = offices_of(releases_on=TODAY)
    text = offices.text(Role.UNION_AUDITOR, "/audit/challenges")
    assert "Its rules give no days to challenge" in text
    assert offices.union.get(f"/audit/challenges/{offices.code}").status_code == 409


def test_hr_cannot_destroy_a_challenged_wave_past_its_answer(offices: Offices) -> None:
    offices.challenge(decision="raise")
    path = f"/waves/{offices.code}/destroy"
    assert offices.hr.get(path).status_code == 409
    refused = offices.hr.post(path, data={"promise": "yes"})
    assert refused.status_code == 409
    assert "Answer the challenge" in refused.text
    assert offices.work(0) is WaveState.STAGED


def test_nothing_waits_for_an_answer_where_nothing_was_challenged(offices: Offices) -> None:
    assert offices.hr.get(f"/waves/{offices.code}/answer").status_code == 409
    assert offices.reply(decision="answer")[0] == 409
    assert offices.hr.get("/waves/1999-01/answer").status_code == 404
    assert offices.union.get("/audit/challenges/1999-01").status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_only_the_auditor_challenges_and_only_hr_answers(offices: Offices, role: Role) -> None:
    client, code = offices.clients[role], offices.code
    form = {"reason": REASON, "decision": "raise"}
    is_auditor = role is Role.UNION_AUDITOR
    assert client.get("/audit/challenges").status_code == (200 if is_auditor else 403)
    assert client.get(f"/audit/challenges/{code}").status_code == (200 if is_auditor else 403)
    sent = client.post(f"/audit/challenges/{code}", data=form)
    assert sent.status_code == (303 if is_auditor else 403)
    offices.challenge(decision="raise")
    form = {"words": SAID, "outcome": "release", "decision": "answer"}
    sent = client.post(f"/waves/{code}/answer", data=form)
    assert sent.status_code == (303 if role is Role.HR else 403)
    assert client.get(f"/waves/{code}/answer").status_code == (409 if role is Role.HR else 403)
