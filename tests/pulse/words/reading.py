"""Taking the words out of pages, templates, modules, scripts and catalogues."""

import ast
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

_READ_OUT = {"alt", "aria-label", "aria-description", "content", "placeholder", "title", "summary"}
_INLINE = {
    "a", "abbr", "b", "code", "em", "i", "mark", "small", "span", "strong", "sub", "sup", "time",
}  # fmt: skip
_IDENTIFIER = re.compile(r"[a-z0-9_./:{}<>=&?%#@*+\-\[\]()|\\^$]*")


def words_of_html(html: str) -> str:
    """Return what a page says, one block a line.

    That is its text with titles of drawings, the attributes that are read out or shown, the labels
    of buttons, and every text inside the data of a chart.
    """
    reader = _PageReader()
    reader.feed(html)
    return "\n".join(line.strip() for line in "".join(reader.said).splitlines() if line.strip())


def classes_of_html(html: str) -> set[str]:
    return {name for names in re.findall(r'class="([^"]*)"', html) for name in names.split()}


def words_of_json(value: object) -> Iterator[str]:
    """Give every text in a JSON value; names of fields too, they are read in exports."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key).replace("_", " ")
            yield from words_of_json(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words_of_json(inner)


def words_of_module(path: Path) -> Iterator[tuple[int, str]]:
    """Give line and text of every string that could be read by somebody: no docstring, no name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = set(_docstrings(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            silent.update(id(part) for part in node.values)
            yield node.lineno, _template_of(node)
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in silent
            and not _IDENTIFIER.fullmatch(node.value)
        ):
            yield node.lineno, node.value


def words_of_template(text: str) -> str:
    """Return a template's text and the strings inside its expressions, comments left out."""
    text = re.sub(r"\{#.*?#\}|<script\b.*?</script>", " ", text, flags=re.DOTALL)
    text = re.sub(r"\{%-?.*?-?%\}|\{\{.*?\}\}", _strings_inside, text, flags=re.DOTALL)
    return words_of_html(text)


def words_of_script(text: str) -> Iterator[str]:
    """Give the strings of a script or style sheet that hold more than one word."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
    text = re.sub(r"^\s*//.*$", " ", text, flags=re.MULTILINE)
    for quoted in re.findall(r'"([^"\n]*)"|`([^`]*)`', text):
        said = "".join(quoted)
        if not _IDENTIFIER.fullmatch(said):
            yield said


def _strings_inside(tag: re.Match[str]) -> str:
    strings = re.findall(r'"([^"]*)"', tag[0])
    return " … " + " … ".join(each for each in strings if not _IDENTIFIER.fullmatch(each)) + " … "


def _docstrings(tree: ast.Module) -> Iterator[int]:
    """Give the ids of docstrings and of strings that stand alone to explain what is above them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)


def _template_of(node: ast.JoinedStr) -> str:
    return "".join(
        part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "…"
        for part in node.values
    )


class _PageReader(HTMLParser):
    """Collects what is said; a block begins a line, what stands inside a sentence does not."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in {"script", "style"}:
            self._inside = "json" if "json" in values.get("type", "") else tag
        if tag not in _INLINE:
            self.said.append("\n")
        spoken = [value for name, value in values.items() if name in _READ_OUT]
        if tag == "input" and values.get("type") in {"submit", "button"}:
            spoken.append(values.get("value", ""))
        self.said += [f"\n{text}\n" for text in spoken]

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._inside = ""
        if tag not in _INLINE:
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        if self._inside == "json":
            self.said.append("\n" + "\n".join(words_of_json(json.loads(data))) + "\n")
        elif not self._inside:
            self.said.append(re.sub(r"\s+", " ", data))
