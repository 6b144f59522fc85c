"""The colours of the look, in light and dark, keep the contrast that WCAG 2.2 AA asks for."""

import re
from pathlib import Path

import pytest

SHEETS = Path(__file__).resolve().parents[2] / "pulse" / "static" / "src"
TEXT, SHAPE = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11

PAIRS = [
    ("ink", ["canvas", "surface", "tint", "blue-tint", "orange-tint"], TEXT),
    ("ink-2", ["canvas", "surface", "tint", "band"], TEXT),
    ("link", ["canvas", "surface", "tint"], TEXT),
    ("link-hover", ["canvas", "surface", "tint"], TEXT),
    ("brand-ink", ["brand"], TEXT),
    ("brand-soft", ["brand"], TEXT),
    ("btn-ink", ["btn"], TEXT),
    ("btn", ["canvas", "surface"], SHAPE),
    ("edge", ["canvas", "surface", "tint"], SHAPE),
    ("blue", ["canvas", "surface", "band", "blue-tint"], TEXT),
    ("orange", ["canvas", "surface", "band", "orange-tint"], SHAPE),
    ("orange-text", ["canvas", "surface", "orange-tint"], TEXT),
    ("dot", ["canvas", "band", "surface"], SHAPE),
    ("limit", ["canvas", "band"], SHAPE),
    ("error", ["canvas", "surface"], TEXT),
    ("focus-ink", ["focus"], TEXT),
]


def tokens() -> dict[str, dict[str, str]]:
    """Return the colours by name for light and for dark."""
    text = (SHEETS / "tokens.css").read_text(encoding="utf-8")
    light, dark = text.split("prefers-color-scheme: dark")
    read = re.compile(r"--([a-z0-9-]+): (#[0-9a-f]{6});")
    return {
        "light": dict(read.findall(light)),
        "dark": dict(read.findall(light)) | dict(read.findall(dark)),
    }


def contrast(one: str, other: str) -> float:
    """Return the WCAG 2 contrast ratio of two #rrggbb colours."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_contrast_is_what_wcag_defines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "grounds", "needed"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_a_colour_can_be_told_from_its_grounds(
    scheme: str, front: str, grounds: list[str], needed: float
) -> None:
    colours = tokens()[scheme]
    too_faint = [ground for ground in grounds if contrast(colours[front], colours[ground]) < needed]
    assert too_faint == []


def test_every_token_that_a_sheet_uses_exists() -> None:
    declared = set(
        re.findall(r"--([a-z0-9-]+):", (SHEETS / "tokens.css").read_text(encoding="utf-8"))
    )
    used = {
        name
        for sheet in SHEETS.glob("*.css")
        for name in re.findall(r"var\(--([a-z0-9-]+)", sheet.read_text(encoding="utf-8"))
    }
    assert used <= declared


def test_colours_stand_in_the_tokens_and_nowhere_else() -> None:
    strays = {
        sheet.name: found
        for sheet in SHEETS.glob("*.css")
        if sheet.name != "tokens.css"
        and (found := re.findall(r"#[0-9a-fA-F]{3,8}\b", sheet.read_text(encoding="utf-8")))
    }
    assert strays == {}
