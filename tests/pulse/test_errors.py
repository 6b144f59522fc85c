"""What people read when something goes wrong, and what the log keeps of it."""

import json

import pytest
from flask import Flask, render_template, request
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from analysis.errors import AnalysisError
from pulse.access import refuse
from surveys.errors import SurveyError

TYPED = "somebody-typed-this"


@pytest.fixture
def failing(app: Flask) -> FlaskClient:
    """The application with pages that go wrong in each way."""

    @app.get("/fails/<kind>")
    def fail(kind: str) -> str:
        typed = request.args.get("typed", "")
        if kind == "survey":
            raise SurveyError("A unit has one parent. Correct the file.")
        if kind == "analysis":
            raise AnalysisError("A month is released once.")
        if kind == "database":
            raise OperationalError(f"SELECT {typed}", {"name": typed}, Exception(typed))
        if kind == "access":
            refuse("outside the role's units")
        if kind == "template":
            return render_template("errors/error.html")
        raise ValueError(typed)

    return app.test_client()


def test_an_unexpected_error_shows_a_kind_page_without_detail(failing: FlaskClient) -> None:
    answer = failing.get(f"/fails/code?typed={TYPED}")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert not any(word in answer.text for word in ("ValueError", "Traceback", TYPED))


def test_an_unexpected_error_is_logged_by_type_and_place_without_what_was_asked(
    failing: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    failing.get(
        f"/fails/code?typed={TYPED}",
        headers={
            "User-Agent": TYPED,
            "Referer": f"http://localhost/{TYPED}",
            "X-Forwarded-For": "203.0.113.9",
        },
    )
    written = capsys.readouterr()
    (line,) = written.err.splitlines()
    logged = json.loads(line)
    assert (logged["exception"], logged["page"]) == ("ValueError", "/fails/<kind>")
    assert set(logged) == {"event", "level", "time", "exception", "place", "page"}
    assert TYPED not in written.err + written.out
    assert "203.0.113.9" not in written.err + written.out


def test_an_unreachable_store_says_that_nothing_is_lost(
    failing: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = failing.get(f"/fails/database?typed={TYPED}")
    assert answer.status_code == 503
    assert "nothing is lost" in answer.text
    assert TYPED not in answer.text + capsys.readouterr().err


@pytest.mark.parametrize(
    ("kind", "words"),
    [("survey", "A unit has one parent."), ("analysis", "A month is released once.")],
)
def test_a_broken_rule_is_told_in_its_own_words(
    failing: FlaskClient, kind: str, words: str
) -> None:
    answer = failing.get(f"/fails/{kind}")
    assert answer.status_code == 409
    assert words in answer.text


def test_a_refusal_names_its_rule_and_is_logged_by_role(
    failing: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = failing.get("/fails/access")
    assert answer.status_code == 403
    assert "The rule: outside the role&#39;s units." in answer.text
    logged = json.loads(capsys.readouterr().err)
    assert (logged["event"], logged["role"], logged["page"]) == (
        "refused",
        "nobody signed in",
        "/fails/<kind>",
    )


def test_a_misspelt_name_in_a_template_is_an_error_and_not_a_blank(failing: FlaskClient) -> None:
    assert failing.get("/fails/template").status_code == 500


def test_an_unknown_address_is_a_page_with_a_way_on(client: FlaskClient) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert '<a href="/">Go to the first page</a>' in answer.text


def test_a_form_without_its_token_is_refused_in_kind_words(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"name": "hr", "password": "x"})
    assert answer.status_code == 400
    assert "This form is too old to send" in answer.text


def test_a_wrong_method_is_a_page_too(client: FlaskClient) -> None:
    answer = client.get("/sign-out")
    assert answer.status_code == 405
    assert "We could not read that" in answer.text


def test_a_form_that_is_far_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"name": "x" * 100_000})
    assert answer.status_code in {400, 413}


def test_a_foreign_host_name_gets_no_page(client: FlaskClient) -> None:
    answer = client.get("/sign-in", headers={"Host": "pulse.attacker.example"})
    assert answer.status_code == 400
    assert "Sign in" not in answer.text
