"""Drawing the answering page: its words in every language, and what its script needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import current_app, render_template

from pulse.languages import Language
from pulse.respond.page import AnsweringPage
from pulse.respond.script_words import script_words
from pulse.respond.texts import Texts


def draw_answering(
    page: AnsweringPage,
    languages: Sequence[Language],
    *,
    box_url: str,
    participation: str = "participation.js",
) -> str:
    """Return the page.

    Args:
        page: what it shows apart from its words.
        languages: all of them travel in the page, so that switching loses nothing.
        box_url: where the browser puts ballots.
        participation: the module that takes part; a preview has one that sends nothing.
    """
    texts = Texts(languages)
    # The words are drawn first: what the script needs is known only then.
    drawn = render_template(
        "respond/answering.html", page=page, participation=participation, **speech(texts)
    )
    data = {
        "box": box_url,
        "languages": [{"code": each.code, "direction": each.direction} for each in texts.languages],
        "texts": texts.swaps,
        "waves": {wave.code: wave.descriptor_text for wave in page.waves},
        "words": {each.code: script_words(each) for each in texts.languages},
    }
    return drawn.replace("{{data}}", current_app.json.dumps(data).replace("<", "\\u003c"), 1)


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """The present page in another language; its name is in that language."""

    code: str
    name: str
    direction: str
    url: str


def speech(texts: Texts, links: Sequence[LanguageLink] = ()) -> Mapping[str, object]:
    """Return what templates speak with; plain names, so that messages can be collected.

    `links` lead to the present page in each language, where it is drawn in one; `here` makes
    addresses of other such pages that keep the language.
    """
    code = texts.languages[0].code
    chosen = f"?language={code}" if links else ""
    return {
        "t": texts,
        "say": texts.say,
        "plain": texts.plain,
        "wording": texts.wording,
        "links": links,
        "here": lambda path: f"{path}{chosen}",
    }


def speech_in(languages: Sequence[Language], wanted: str, *, path: str) -> Mapping[str, object]:
    """Return the speech of a page without script in the language wanted, else in the first one."""
    chosen = next((each for each in languages if each.code == wanted), languages[0])
    links = [
        LanguageLink(each.code, each.name, each.direction, f"{path}?language={each.code}")
        for each in languages
    ]
    return speech(Texts([chosen]), links if len(links) > 1 else ())
