"""Collect what staff read on the answering path into pulse/translations/messages.pot."""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

REPOSITORY = Path(__file__).resolve().parent.parent
TARGET = REPOSITORY / "pulse" / "translations" / "messages.pot"
FOLDERS = (
    (REPOSITORY / "pulse" / "respond", [("**.py", "python")]),
    (REPOSITORY / "templates" / "respond", [("**.html", "jinja2.ext:babel_extract")]),
    (REPOSITORY / "templates" / "mail", [("**.*", "jinja2.ext:babel_extract")]),
)
KEYWORDS = {"_": None, "say": None, "plain": None}


def main() -> int:
    text = catalogue_text()
    if "--check" in sys.argv:
        return 0 if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text else 1
    TARGET.write_text(text, encoding="utf-8")
    print(f"translations: wrote {TARGET}")
    return 0


def catalogue_text() -> str:
    """Return the messages in the format of gettext, without a date, so that equal is equal."""
    catalogue = Catalog(project="Pulse", fuzzy=False)
    for folder, methods in FOLDERS:
        for name, line, message, _comments, _context in extract_from_dir(
            folder, methods, keywords=KEYWORDS
        ):
            place = folder.relative_to(REPOSITORY) / name
            catalogue.add(message, locations=[(str(place), line)])
    written = io.BytesIO()
    write_po(written, catalogue, width=100, no_location=False, omit_header=True, sort_output=True)
    return written.getvalue().decode()


if __name__ == "__main__":
    sys.exit(main())
