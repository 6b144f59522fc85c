"""Static files are found by name, kept for ever by browsers, and sent packed."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
from flask import Flask

from pulse import assets


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An application over a folder with one built style sheet, its packings, and one tiny file."""
    (tmp_path / "manifest.json").write_text(
        '{"page.css": "page.aa11.css", "ring.svg": "ring.bb22.svg"}'
    )
    (tmp_path / "page.aa11.css").write_bytes(b"p{}")
    (tmp_path / "page.aa11.css.br").write_bytes(brotli.compress(b"p{}"))
    (tmp_path / "page.aa11.css.gz").write_bytes(gzip.compress(b"p{}"))
    (tmp_path / "ring.bb22.svg").write_bytes(b"<svg/>")
    (tmp_path / "inputs.sha256").write_text("not for the world")
    monkeypatch.setattr(assets, "BUILT", tmp_path)
    assets.manifest.cache_clear()
    app = Flask("assets-test", static_folder=None)
    app.register_blueprint(assets.bp)
    yield app
    assets.manifest.cache_clear()


def test_a_page_asks_by_name_and_gets_the_hashed_address(app: Flask) -> None:
    with app.test_request_context():
        assert assets.asset_url("page.css") == "/assets/page.aa11.css"


def test_an_unknown_name_says_where_to_add_it(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(assets.AssetsError, match=r"pulse/static/src"):
        assets.asset_url("none.css")


def test_nothing_built_yet_says_what_to_run(tmp_path: Path, app: Flask) -> None:
    (tmp_path / "manifest.json").unlink()
    with app.test_request_context(), pytest.raises(assets.AssetsError, match="make assets"):
        assets.asset_url("page.css")


def test_a_hashed_file_may_be_kept_for_a_year_and_never_asked_for_again(app: Flask) -> None:
    control = app.test_client().get("/assets/page.aa11.css", buffered=True).cache_control
    assert (control.public, control.immutable, control.max_age) == (True, True, 31_536_000)


@pytest.mark.parametrize(
    ("accepted", "packing"),
    [("br, gzip", "br"), ("gzip", "gzip"), ("identity", None), ("br;q=0, gzip", "gzip")],
)
def test_the_smallest_packing_that_the_browser_takes_is_sent(
    app: Flask, accepted: str, packing: str | None
) -> None:
    answer = app.test_client().get(
        "/assets/page.aa11.css", headers={"Accept-Encoding": accepted}, buffered=True
    )
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[packing]
    assert answer.headers.get("Content-Encoding") == packing
    assert unpack(answer.data) == b"p{}"
    assert answer.mimetype == "text/css"
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_a_file_without_packings_is_sent_as_it_is(app: Flask) -> None:
    answer = app.test_client().get(
        "/assets/ring.bb22.svg", headers={"Accept-Encoding": "br"}, buffered=True
    )
    assert (answer.data, answer.mimetype) == (b"<svg/>", "image/svg+xml")


@pytest.mark.parametrize(
    "name", ["inputs.sha256", "manifest.json", "page.css", "page.aa11.css.br", "..%2fassets.py"]
)
def test_nothing_but_built_files_is_served(app: Flask, name: str) -> None:
    assert app.test_client().get(f"/assets/{name}").status_code == 404
