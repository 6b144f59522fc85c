"""HR's Waves: plan, change, prepare, open, extend, close and cancel, without reading a manual."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from pulse.access import Role
from pulse.app import create_app
from pulse.installation import Installation
from pulse.jobs import worker
from pulse.jobs.worker import tick
from pulse.office.accounts import Account, create_account
from pulse.office.sign_ins import begin_sign_in, check_account, utc_now
from surveys.library_bank import default_instrument
from surveys.policy import Breakdown
from surveys.policy_log import policy_in_force, record_policy
from surveys.wave_states import WaveState
from surveys.waves import Wave, all_waves
from tests.pulse.waves_made import SERVED, fill_registry
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here

pytestmark = pytest.mark.usefixtures("quick_keys")
PASSWORD = "seven quiet herons wade"
TODAY = datetime.now().astimezone().date()
OPENS = TODAY + timedelta(days=5)
CLOSES = OPENS + timedelta(days=18)
ROLE = Breakdown("role", "Role family", ("Social work", "Support"))
ITEMS = [item.code for item in default_instrument().items]


class Desk:
    """HR's browser and the installation behind it; the worker runs when the test says so."""

    def __init__(self, site: Installation, client: FlaskClient) -> None:
        self.site = site
        self.client = client

    def plan(self, **changes: object) -> tuple[int, str]:
        form: dict[str, object] = {
            "kind": "monthly",
            "opens_on": OPENS.isoformat(),
            "closes_on": CLOSES.isoformat(),
            "items": ITEMS[:8],
        } | changes
        answer = self.client.post("/waves/plan", data=form)
        return answer.status_code, answer.text or answer.location

    def planned(self, **changes: object) -> str:
        status, _text = self.plan(**changes)
        assert status == 303
        return self.waves()[-1].code

    def step(self, code: str, step: str, **form: str) -> int:
        return self.client.post(f"/waves/{code}/{step}", data=form).status_code

    def text(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return re.sub(r"\s+", " ", answer.text.replace("\N{NO-BREAK SPACE}", " "))

    def waves(self) -> tuple[Wave, ...]:
        with self.site.stores.registry() as registry:
            return all_waves(registry)

    def declare(self, *breakdowns: Breakdown) -> None:
        """Put a policy in force that declares these breakdowns."""
        with self.site.stores.archive() as session:
            policy = replace(policy_in_force(session), breakdowns=breakdowns)
            record_policy(session, policy, signer=self.site.signer, day=TODAY)

    def work(self, day: date = TODAY) -> None:
        tick(self.site, datetime.fromisoformat(f"{day} 12:00"))


@pytest.fixture
def desk(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(worker, "served_files", lambda: SERVED)
    fill_registry(installation)
    app = create_app(installation.settings)
    app.config["WTF_CSRF_ENABLED"] = False
    with installation.stores.office() as session:
        account = Account("hr", "Priya Nair", Role.HR, (), is_active=True)
        create_account(session, account, password=PASSWORD)
        account_id = check_account(session, "hr", PASSWORD)
        assert account_id is not None
        token = begin_sign_in(session, account_id, now=utc_now())
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["sign_in"] = token
    return Desk(installation, client)


def test_before_the_first_wave_the_page_says_how_to_begin(desk: Desk) -> None:
    assert "No wave is planned yet" in desk.text("/waves")


def test_the_form_offers_usual_days_and_the_questions_whose_turn_it_is(desk: Desk) -> None:
    page = desk.text("/waves/plan")
    ticked = re.findall(r'value="([a-z-]+)" checked', page)
    assert len([code for code in ticked if code in ITEMS]) == 8
    assert "about" in re.search(r"data-chosen[^>]*>([^<]*)<", page)[1]  # type: ignore[index]


def test_a_wave_goes_from_plan_to_close_by_buttons_alone(desk: Desk) -> None:
    code = desk.planned()
    assert "Nothing is frozen yet" in desk.text(f"/waves/{code}")
    assert "16 people will be invited, in 2 groups" in desk.text(f"/waves/{code}/prepare")
    assert desk.step(code, "prepare") == 303
    assert "Preparing begins in a moment" in desk.text(f"/waves/{code}")
    desk.work()
    assert "Everything is ready: 16 people will be asked" in desk.text(f"/waves/{code}")
    desk.step(code, "open")
    desk.work()
    assert "16 people were invited" in desk.text(f"/waves/{code}")
    later = CLOSES + timedelta(days=2)
    desk.step(code, "extend", closes_on=later.isoformat())
    desk.work()
    assert desk.waves()[0].closes_on == later
    assert desk.step(code, "close") == 400  # the sentence is not ticked
    assert desk.step(code, "close", promise="yes") == 303
    desk.work()
    assert desk.waves()[0].state is WaveState.DESTROYED  # nobody had answered
    assert "There are no results" in desk.text(f"/waves/{code}")


def test_the_calendar_lists_every_wave_with_its_state(desk: Desk) -> None:
    code = desk.planned()
    desk.step(code, "prepare")
    desk.work()
    page = desk.text("/waves")
    assert "What the next wave still needs" in page
    assert re.search(r"govuk-tag[^>]*>ready<", page)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"opens_on": ""}, "opens_on", "Say on which day the wave opens"),
        ({"opens_on": "2020-01-06"}, "opens_on", "cannot open in the past"),
        ({"closes_on": "tomorrow"}, "closes_on", "Say on which day the wave closes"),
        ({"closes_on": OPENS.isoformat()}, "closes_on", "A wave closes"),
        ({"items": []}, "questions", "1 to 8 questions"),
        ({"items": ITEMS[:9]}, "questions", "1 to 8 questions"),
        ({"kind": "one_off", "title": ""}, "title", "Give the one-off pulse a title"),
    ],
)
def test_a_wave_that_breaks_a_rule_is_refused_by_field_and_nothing_typed_is_lost(
    desk: Desk, changes: dict[str, object], field: str, words: str
) -> None:
    status, page = desk.plan(**{"title": "Kept words", **changes})
    assert status == 400
    assert f'<a href="#{field}">' in page
    assert words in page
    assert "<title>Error: " in page
    assert 'value="Kept words"' in page or "title" in changes
    assert desk.waves() == ()


def test_a_second_wave_of_a_month_is_refused_in_words(desk: Desk) -> None:
    desk.planned()
    status, page = desk.plan()
    assert status == 400
    assert "has a wave already" in page


def test_a_draft_can_be_changed_and_a_prepared_wave_cannot(desk: Desk) -> None:
    code = desk.planned()
    form = {
        "kind": "monthly",
        "opens_on": OPENS.isoformat(),
        "closes_on": CLOSES.isoformat(),
        "items": ITEMS[:5],
    }
    assert desk.client.post(f"/waves/{code}/change", data=form).status_code == 303
    assert len(desk.waves()[0].items) == 5
    desk.step(code, "prepare")
    desk.work()
    refused = desk.client.get(f"/waves/{code}/change")
    assert refused.status_code == 409
    assert "can no longer be changed" in refused.text


def test_a_one_off_pulse_has_its_own_title_and_address(desk: Desk) -> None:
    code = desk.planned(kind="one_off", title="After the move!", items=ITEMS[:3])
    assert code == "after-the-move"
    assert "One-off pulse" in desk.text(f"/waves/{code}")


def test_a_draft_is_cancelled_at_once_and_leaves_nothing(desk: Desk) -> None:
    code = desk.planned()
    answer = desk.client.post(f"/waves/{code}/cancel")
    assert answer.location == "/waves"
    assert desk.waves() == ()


def test_why_preparing_failed_stands_on_the_page(desk: Desk) -> None:
    code = desk.planned()
    desk.step(code, "prepare")
    desk.work()
    desk.step(code, "open")
    desk.work(CLOSES)  # the server was off; now it is too late to open
    page = desk.text(f"/waves/{code}")
    assert "Opening did not work." in page
    assert "Cancel it and plan another one" in page


def test_several_months_are_shown_before_they_are_added(desk: Desk) -> None:
    page = desk.text("/waves/ahead?months=3")
    assert page.count('<th scope="row">') == 3
    assert desk.waves() == ()
    answer = desk.client.post("/waves/ahead", data={"months": "3", "skip": ""})
    assert answer.status_code == 303
    assert len(desk.waves()) == 3


def test_days_to_skip_that_cannot_be_read_are_refused_by_line(desk: Desk) -> None:
    skip = f"{OPENS}\nChristmas"
    answer = desk.client.get("/waves/ahead", query_string={"months": 3, "skip": skip})
    assert answer.status_code == 400
    assert "Line 2: write a day as" in answer.text
    assert desk.client.post("/waves/ahead", data={"months": "3", "skip": skip}).status_code == 400
    assert desk.waves() == ()


def test_hr_writes_a_question_and_asks_it(desk: Desk) -> None:
    form = {"wording": "The new rota works for me.", "name": "Rota", "scale": "agreement"}
    assert desk.client.post("/waves/own-question", data=form).status_code == 303
    assert "The new rota works for me." in desk.text("/waves/plan")
    code = desk.planned(items=[*ITEMS[:5], "own-1"])
    assert "The new rota works for me." in desk.text(f"/waves/{code}")
    bad = desk.client.post("/waves/own-question", data=form)
    assert bad.status_code == 400
    assert "there already" in bad.text


def test_the_preview_is_the_answering_page_and_writes_nothing(desk: Desk) -> None:
    code = desk.planned()
    assert "as staff will see it" in desk.text(f"/waves/{code}/preview")
    answer = desk.client.get(f"/waves/{code}/preview/page")
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert "rehearsal" in answer.text
    assert "All in all, how was your morale at work over the last month?" in answer.text
    assert desk.waves()[0].state is WaveState.DRAFT


def test_no_other_page_may_be_framed(desk: Desk) -> None:
    policy = desk.client.get("/waves").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy


def test_an_address_that_names_no_wave_or_no_step_is_not_found(desk: Desk) -> None:
    code = desk.planned()
    assert desk.client.get("/waves/1999-01").status_code == 404
    assert desk.client.get(f"/waves/{code}/explode").status_code == 404
    assert desk.client.get(f"/waves/{code}/close").status_code == 409


def test_while_a_wave_is_open_only_the_daily_figure_is_said(desk: Desk) -> None:
    code = desk.planned()
    for step in ("prepare", "open"):
        desk.step(code, step)
        desk.work()
    page = desk.text(f"/waves/{code}")
    assert "taken part" not in page  # fewer than 100 people were invited
    assert "nobody can see who has answered or what, HR included" in page


def test_declared_breakdown_questions_are_offered_and_asked(desk: Desk) -> None:
    assert "Breakdown questions" not in desk.text("/waves/plan")
    desk.declare(ROLE)
    page = desk.text("/waves/plan")
    assert "Breakdown questions" in page
    assert "Social work · Support · Prefer not to say" in page
    assert "They can be asked in this wave." in page
    code = desk.planned(items=ITEMS[:5], breakdowns=["role"])
    page = desk.text(f"/waves/{code}")
    assert "6 questions, " in page
    assert "Breakdowns: Role family" in page
    assert "breakdowns" in desk.text("/waves")
    preview = desk.client.get(f"/waves/{code}/preview/page").text
    assert "Prefer not to say" in preview
    assert "at most one pulse of four" in preview


def test_breakdown_questions_too_near_each_other_are_refused_beside_the_questions(
    desk: Desk,
) -> None:
    desk.declare(ROLE)
    desk.planned(items=ITEMS[:5], breakdowns=["role"])
    again = OPENS + timedelta(days=31)
    form = {
        "kind": "monthly",
        "opens_on": again.isoformat(),
        "closes_on": (again + timedelta(days=18)).isoformat(),
        "items": ITEMS[:5],
        "breakdowns": ["role"],
    }
    answer = desk.client.post("/waves/plan", data=form)
    assert answer.status_code == 400
    assert "in at most one wave of 4" in answer.text
    assert 'href="#questions"' in answer.text
    assert 'id="breakdown-role" value="role" checked' in answer.text
    assert "Not in this wave: the one that opens on" in answer.text


def test_a_breakdown_that_is_no_longer_declared_stops_a_wave_before_keys_are_made(
    desk: Desk,
) -> None:
    desk.declare(ROLE)
    code = desk.planned(items=ITEMS[:5], breakdowns=["role"])
    desk.declare()
    assert "is not declared any more" in desk.text(f"/waves/{code}")
    desk.step(code, "prepare")
    desk.work()
    assert "declares no breakdown question" in desk.text(f"/waves/{code}")
    assert desk.waves()[0].state is WaveState.DRAFT
