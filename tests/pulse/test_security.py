"""Headers of every page: nothing foreign comes in, nothing about the reader goes out."""

import gc
import warnings
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pulse.app import create_app
from pulse.charts.page import mark_chart_page
from pulse.config import Settings
from pulse.stores import Stores


@pytest.fixture
def https(settings: Settings, stores: Stores) -> FlaskClient:
    assert stores.office_engine
    settings.keys.mkdir(mode=0o700)
    app = create_app(replace(settings, public_url="https://pulse.example.org"))
    return app.test_client()


@pytest.mark.parametrize(
    "path", ["/sign-in", "/accessibility", "/", "/nowhere", "/administration/health"]
)
def test_every_page_keeps_to_itself(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers
    policy = policy_of(headers["Content-Security-Policy"])
    assert policy["default-src"] == policy["script-src"] == policy["form-action"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["img-src"] == "'self' data:"
    assert "unsafe" not in headers["Content-Security-Policy"]


def policy_of(header: str) -> dict[str, str]:
    return dict(rule.strip().split(" ", 1) for rule in header.split(";"))  # type: ignore[misc] # pairs


def test_the_style_nonce_is_new_for_each_page(client: FlaskClient) -> None:
    policies = {client.get("/sign-in").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def test_only_a_page_with_charts_may_have_style_attributes(app: Flask) -> None:
    @app.get("/charts")
    def charts() -> str:
        mark_chart_page()
        return ""

    client = app.test_client()
    assert (
        "style-src-attr 'unsafe-inline'" in client.get("/charts").headers["Content-Security-Policy"]
    )
    assert "unsafe" not in client.get("/sign-in").headers["Content-Security-Policy"]


def test_styles_may_be_kept_by_the_browser_for_ever(client: FlaskClient) -> None:
    address = client.get("/sign-in").text.split('rel="stylesheet" href="')[1].split('"')[0]
    assert "immutable" in client.get(address, buffered=True).headers["Cache-Control"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_style_that_the_browser_has_already_is_not_left_open(
    client: FlaskClient, method: str
) -> None:
    address = client.get("/sign-in").text.split('rel="stylesheet" href="')[1].split('"')[0]
    known = client.get(address, buffered=True).headers["ETag"]
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        client.open(address, method=method, headers={"If-None-Match": known})
        gc.collect()
    assert [warning for warning in heard if warning.category is ResourceWarning] == []


def test_over_https_the_browser_is_told_to_stay_there(https: FlaskClient) -> None:
    answer = https.get("/sign-in", base_url="https://pulse.example.org")
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


def test_over_https_the_cookie_is_bound_to_this_host_and_to_https(https: FlaskClient) -> None:
    cookie = https.get("/sign-in", base_url="https://pulse.example.org").headers["Set-Cookie"]
    assert cookie.startswith("__Host-pulse=")
    parts = set(cookie.split("; "))
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts
    assert not any(part.startswith(("Domain", "Expires", "Max-Age")) for part in parts)


def test_on_this_machine_the_cookie_is_named_after_the_port_and_works_without_https(
    client: FlaskClient,
) -> None:
    cookie = client.get("/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("pulse-8000=")
    assert "HttpOnly" in cookie
    assert "Secure" not in cookie


def test_over_https_a_form_is_accepted_although_no_page_sends_a_referrer(
    https: FlaskClient,
) -> None:
    base = "https://pulse.example.org"
    token = (
        https.get("/sign-in", base_url=base)
        .text.split('name="csrf_token" value="')[1]
        .split('"')[0]
    )
    answer = https.post(
        "/sign-in", base_url=base, data={"csrf_token": token, "name": "a", "password": "b"}
    )
    assert "The name or the password is not right" in answer.text
