"""Every page says in its title what it is, and brings no style or script of its own."""

import re
from pathlib import Path

import pytest

TEMPLATES = sorted((Path(__file__).resolve().parent.parent.parent / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if not path.name.startswith("_")]


def faults_of(source: str) -> list[str]:
    """Return what is missing or forbidden in a page's template."""
    wanted = {
        "extends the layout": r'{% extends "(_layout|respond/_frame).html" %}',
        "title block": r"{% block title %}\s*\S",
    }
    forbidden = {
        "inline style": r"\sstyle=",
        "safe filter": r"\|\s*safe\b",
        "foreign address": r"""(?:href|src|action)=["'](?:https?:)?//""",
        "inline handler": r"\son[a-z]+=",
    }
    return [name for name, pattern in wanted.items() if not re.search(pattern, source)] + [
        name for name, pattern in forbidden.items() if re.search(pattern, source)
    ]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_page_has_a_title_and_nothing_inline(path: Path) -> None:
    assert faults_of(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ('{% extends "_layout.html" %}', "title block"),
        (
            '{% extends "_layout.html" %}{% block title %}A{% endblock %}<p style="x">',
            "inline style",
        ),
        ('{% extends "_layout.html" %}{% block title %}A{% endblock %}{{ a|safe }}', "safe filter"),
        (
            '{% extends "_layout.html" %}{% block title %}A{% endblock %}<a href="//x.example">',
            "foreign address",
        ),
        (
            '{% extends "_layout.html" %}{% block title %}A{% endblock %}<b onclick="x">',
            "inline handler",
        ),
        ("{% block title %}A{% endblock %}", "extends the layout"),
    ],
)
def test_a_page_that_breaks_the_rule_is_found(source: str, fault: str) -> None:
    assert faults_of(source) == [fault]
