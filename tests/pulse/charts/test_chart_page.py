"""A chart on its page: words for those who cannot see it, and both drawings for those who can."""

import json
import re
import xml.etree.ElementTree as ET

import pytest
from flask import Flask, render_template_string

from tests.pulse.charts.chart_app import chart_app
from tests.pulse.charts.chart_specs import joined, two_years


@pytest.fixture
def app() -> Flask:
    return chart_app()


@pytest.fixture
def page(app: Flask) -> str:
    return app.test_client().get("/").get_data(as_text=True)


@pytest.fixture
def figures(page: str) -> list[ET.Element]:
    return [ET.fromstring(text) for text in re.findall(r"<figure.*?</figure>", page, re.DOTALL)]


def test_a_figure_is_named_by_its_caption(figures: list[ET.Element]) -> None:
    caption = figures[0].find("figcaption")
    assert caption is not None
    assert figures[0].get("aria-labelledby") == caption.get("id") == "figure-1"
    assert "".join(caption.itertext()).startswith("Figure 1. Morale, Assessment North.")


def test_the_picture_is_one_image_with_a_description(figures: list[ET.Element]) -> None:
    (image,) = [each for each in figures[0].iter() if each.get("role") == "img"]
    assert image.get("aria-label") == two_years().description
    assert all(svg.get("aria-hidden") == "true" for svg in image.iter("svg"))


def test_the_axis_says_which_part_is_drawn(figures: list[ET.Element]) -> None:
    assert "Axis drawn from 2 to 4.5." in "".join(figures[0].itertext())


def test_the_legend_names_every_shape_in_words(page: str) -> None:
    for words in (
        "ordinary month",
        "10 to 14 answers: read with care",
        "part of a signal, lower",
        "part of a signal, higher",
        "ordinary month-to-month variation",
        "hidden month",
        "interval includes it",
    ):
        assert f"{words}</li>" in page


def test_the_legend_speaks_of_a_change_of_source_only_where_there_is_one(app: Flask) -> None:
    with app.test_request_context():
        one, none = (
            render_template_string(
                '{% from "_chart.html" import process_legend %}{{ process_legend(spec) }}',
                spec=spec,
            )
            for spec in (two_years(breaks=(joined(18),)), two_years())
        )
    assert "the source of the figures changes</li>" in one
    assert "the source of the figures changes" not in none


def test_the_caption_says_what_the_phones_drawing_leaves_out(page: str) -> None:
    assert "This small drawing begins in September\N{NO-BREAK SPACE}2025" in page


def test_lettered_notes_follow_the_figure(page: str) -> None:
    note = '<span class="chart-letter">A</span><span>January 2026: limits fixed.</span>'
    assert page.index("</figure>") < page.index(note)


def test_the_figure_for_the_screen_is_data_not_code(page: str) -> None:
    written = re.findall(r'<script type="application/json" class="chart-data">(.*?)</script>', page)
    assert [sorted(json.loads(text)) for text in written] == [["config", "data", "layout"]] * 2


def test_no_id_occurs_twice_on_a_page_of_charts(page: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_chart_pages_alone_may_carry_style_attributes(app: Flask) -> None:
    client = app.test_client()
    assert "style-src-attr 'unsafe-inline'" in client.get("/").headers["Content-Security-Policy"]
    assert "unsafe-inline" not in client.get("/none").headers["Content-Security-Policy"]
