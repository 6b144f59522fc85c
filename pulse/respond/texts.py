"""The texts of one page in every language at once, so that switching loses and stores nothing."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

from pulse.languages import Language


class Texts:
    """Collects what a page says while it is drawn in its first language.

    Each text becomes an element with a number; `swaps` holds, by language and number, what it says
    in each language. A page is drawn once and keeps one of these.
    """

    def __init__(self, languages: Sequence[Language]) -> None:
        self.languages = tuple(languages)
        self.swaps: dict[str, list[str]] = {language.code: [] for language in languages}
        self._numbers: dict[tuple[str, ...], int] = {}

    def say(self, message: str, **values: object) -> Markup:
        """Return the message in the first language, ready to be swapped."""
        return self._element([each.say(message, values) for each in self.languages])

    def wording(self, wording: Mapping[str, str]) -> Markup:
        """Return a question or an option; where a language misses it, it stays in English.

        The made-up languages change every text, so catalogues are asked for that too.
        """
        spare = wording.get("en") or next(iter(wording.values()))
        return self._element(
            [wording.get(each.code, each.translate(spare)) for each in self.languages]
        )

    def plain(self, message: str) -> str:
        """Return a text that a script fills in later: only its first language, without element."""
        return self.languages[0].translate(message)

    def _element(self, said: list[str]) -> Markup:
        number = self._numbers.setdefault(tuple(said), len(self._numbers))
        if number == len(self.swaps[self.languages[0].code]):
            for each, text in zip(self.languages, said, strict=True):
                self.swaps[each.code].append(text)
        return Markup('<span data-t="{}">{}</span>').format(number, escape(said[0]))
