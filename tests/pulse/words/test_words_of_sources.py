"""What no test renders is read at its source: templates, strings, scripts, catalogues, help.

A page in a state that nobody thought of says what stands in its template and its module, so both
are read whole. Colours are read where they are declared.
"""

import colorsys
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from babel.messages.pofile import read_po

from pulse.cli.main import main
from surveys.library_bank import default_instrument
from tests.pulse.words.lexicon import ALLOWED, RULES, Allowance, findings
from tests.pulse.words.reading import (
    words_of_html,
    words_of_module,
    words_of_script,
    words_of_template,
)

REPOSITORY = Path(__file__).resolve().parents[3]
STYLES = REPOSITORY / "pulse" / "static" / "src"

Text = tuple[str, str]
"""Where it stands, and what it says."""


def texts_of_templates() -> Iterator[Text]:
    for path in sorted((REPOSITORY / "templates").rglob("*.*")):
        yield path.relative_to(REPOSITORY).as_posix(), words_of_template(path.read_text())


def texts_of_modules() -> Iterator[Text]:
    for package in ("pulse", "analysis", "surveys"):
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            for line, text in words_of_module(path):
                yield f"{path.relative_to(REPOSITORY).as_posix()}:{line}", text


def texts_of_scripts() -> Iterator[Text]:
    for path in sorted(STYLES.glob("*.js")):
        for text in words_of_script(path.read_text()):
            yield path.name, text


def texts_of_catalogues() -> Iterator[Text]:
    """Give every message in English and, in catalogues of English, its translation."""
    for path in sorted((REPOSITORY / "pulse" / "translations").glob("*.po*")):
        with path.open("rb") as file:
            catalogue = read_po(file)
        for message in catalogue:
            said = [message.id, message.string] if str(catalogue.locale) == "en" else [message.id]
            for text in said:
                yield f"{path.name}: {message.id!r:.40}", str(text)


def texts_of_questions() -> Iterator[Text]:
    """Give what the bank that comes with Pulse asks, answers on offer and what to ask in person."""
    bank = default_instrument()
    for item in bank.items:
        yield item.code, " ".join(item.wording.values())
    for construct in bank.constructs.values():
        yield construct.code, f"{construct.name}. {construct.ask_lower} {construct.ask_higher}"
    for scale in bank.scales.values():
        bands = (band.name for band in scale.bands)
        yield scale.code, "\n".join((*scale.options, *bands))


def texts_of_guides() -> Iterator[Text]:
    """Give the guides of those who read results and of those who watch over them."""
    for folder in ("leaders", "union"):
        for path in sorted((REPOSITORY / "docs" / folder).glob("*.md")):
            yield path.name, path.read_text()


def texts_of_help() -> Iterator[Text]:
    def walk(command: click.Command, name: str) -> Iterator[Text]:
        context = click.Context(command, info_name=name)
        yield name, command.get_help(context)
        if isinstance(command, click.Group):
            for inner in command.list_commands(context):
                found = command.get_command(context, inner)
                assert found is not None
                yield from walk(found, f"{name} {inner}")

    return walk(main, "pulse")


SOURCES = {
    "templates": texts_of_templates,
    "modules": texts_of_modules,
    "scripts": texts_of_scripts,
    "catalogues": texts_of_catalogues,
    "questions": texts_of_questions,
    "guides": texts_of_guides,
    "help": texts_of_help,
}


@pytest.mark.parametrize("source", SOURCES)
def test_no_source_ranks_aims_blames_watches_praises_or_alarms(source: str) -> None:
    texts = list(SOURCES[source]())
    assert texts
    found = [f"{where}: {finding}" for where, text in texts for finding in findings(text)]
    assert found == []


def test_every_catalogue_that_is_shipped_is_in_a_language_that_somebody_reads_here() -> None:
    """A language of its own needs a list of words of its own; add one beside the English."""
    shipped = {path.stem for path in (REPOSITORY / "pulse" / "translations").glob("*.po")}
    assert shipped <= {"en"}


def test_every_sentence_that_is_allowed_is_said_somewhere_and_has_a_reason() -> None:
    said: set[Allowance] = set()
    for texts in SOURCES.values():
        for _where, text in texts():
            findings(text, said=said)
    assert {each for each in ALLOWED if not each.on_pages} - said == set()
    assert all(len(each.reason.split()) > 1 for each in ALLOWED)


# What is planted is found


PLANTED = {
    "rank": (
        "The best team this month", "Units ranked by morale", "top 5", "Bottom three services",
        "League table", "Morale score", "North did better than South", "above the 90th percentile",
    ),
    "traffic light": ("Status: red", "Amber", "RAG rating", "a traffic-light report"),
    "target": ("Your target is 4.0", "KPI", "our goal for morale", "against the benchmark"),
    "cause": (
        "Workload drives morale", "because of the move", "low morale leads to exits",
        "the impact of supervision", "the effect of workload on staying", "key driver",
    ),
    "surveillance": ("flight risk", "3 non-responders", "Ada has not answered", "leaver risk"),
    "praise or alarm": (
        "Well done", "100% anonymous", "an alarming fall", "Morale is poor", "Please note",
    ),
    "empty words": ("N/A", "No data available", "Suppressed", "None"),
    "exclamation mark": ("Thank you!",),
}  # fmt: skip


def test_every_family_of_words_has_something_planted() -> None:
    assert set(PLANTED) == {rule.name for rule in RULES}


@pytest.mark.parametrize(
    ("rule", "sentence"), [(rule, text) for rule, texts in PLANTED.items() for text in texts]
)
def test_what_is_planted_in_a_template_is_found(rule: str, sentence: str) -> None:
    page = f"{{% extends 'x' %}}<p>Quiet words.</p><p>{sentence}</p>"
    hidden = f'<img alt="{sentence}"><p>{{{{ macro("Say: {sentence}") }}}}</p>'
    assert rule in {finding.rule for finding in findings(words_of_template(page))}
    assert rule in {finding.rule for finding in findings(words_of_template(hidden))}


def test_what_is_planted_in_a_module_is_found_and_a_docstring_is_not(tmp_path: Path) -> None:
    module = tmp_path / "planted.py"
    module.write_text(
        '"""The best module."""\nNAME = "best"\n\n\ndef say(unit):\n    return f"{unit} is the worst"\n'
    )
    assert [
        (line, finding.word) for line, text in words_of_module(module) for finding in findings(text)
    ] == [(6, "worst")]


def test_what_is_planted_in_the_data_of_a_chart_is_found() -> None:
    page = (
        '<script type="application/json" class="chart-data">{"name": ["North ranks 1st"]}</script>'
    )
    template = page.replace("application/json", "text/plain")
    (finding,) = findings(words_of_html(page))
    assert finding.rule == "rank"
    assert findings(words_of_html(template)) == []


def test_an_allowed_sentence_frees_its_own_words_and_no_others() -> None:
    assert findings("Both are rank correlations.") == []
    (finding,) = findings("Both are rank correlations and North ranks first.")
    assert finding.word == "ranks"


# Colours


NAMED = re.compile(
    r":[^;{}]*\b(red|green|lime|crimson|tomato|amber|gold|yellow|firebrick|seagreen)\b"
)
FORMS = "forms.css"


def traffic_light_of(colour: str) -> str | None:
    """Return which light a colour in hexadecimal belongs to; pale and grey ones to none."""
    digits = colour.lstrip("#")
    full = "".join(2 * each for each in digits) if len(digits) < 6 else digits[:6]
    red, green, blue = (int(full[place : place + 2], 16) / 255 for place in (0, 2, 4))
    hue, _lightness, _saturation = colorsys.rgb_to_hls(red, green, blue)
    if max(red, green, blue) - min(red, green, blue) < 0.2:
        return None
    degrees = 360 * hue
    if degrees <= 14 or degrees >= 346:
        return "red"
    if 36 <= degrees <= 62:
        return "amber"
    return "green" if 80 <= degrees <= 170 else None


def lights_in(text: str) -> list[str]:
    """Return the declarations of a style sheet or drawing whose colour is a traffic light's."""
    found = [each.group(0) for each in NAMED.finditer(text)]
    for line in text.splitlines():
        colours = re.findall(r"#[0-9a-fA-F]{3,8}\b", line)
        found += [line.strip() for colour in colours if traffic_light_of(colour)]
    return found


def test_no_colour_is_a_traffic_lights_but_form_errors_and_the_focus() -> None:
    sources = [*STYLES.glob("*.css"), *STYLES.glob("*.svg"), *STYLES.glob("*.js")]
    sources += [*(REPOSITORY / "pulse" / "charts").glob("*.py")]
    found = {
        (path.name, declared.partition(":")[0])
        for path in sources
        for declared in lights_in(path.read_text())
    }
    assert found == {("tokens.css", "--error"), ("tokens.css", "--focus")}


def test_the_colour_of_errors_is_used_by_forms_alone() -> None:
    users = {path.name for path in STYLES.glob("*.css") if "var(--error)" in path.read_text()}
    assert users == {FORMS}
    for selectors in re.findall(r"([^{}]+)\{[^{}]*var\(--error\)", (STYLES / FORMS).read_text()):
        assert "error" in selectors


@pytest.mark.parametrize(
    "declared",
    ["color: #d4351c;", "fill: #00703c;", "background: #ffbf00;", "color: green;", "fill: #f00;"],
)
def test_a_planted_traffic_light_is_found(declared: str) -> None:
    assert lights_in(f".x {{ {declared} }}")


@pytest.mark.parametrize("declared", ["fill: #c45a00;", "color: #1b559c;", "color: #f4e9ee;"])
def test_the_orange_of_lower_the_blue_of_higher_and_pale_grounds_are_none(declared: str) -> None:
    assert lights_in(f".x {{ {declared} }}") == []
