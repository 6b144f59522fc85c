"""Write the generated parts of docs/ (the list of decisions) and refuse links that lead nowhere."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
DECISIONS = Path("docs/decisions")
LIST_BEGINS = "| No. | Decision |\n|---|---|\n"
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)")


def main(root: Path) -> int:
    index = root / DECISIONS / "README.md"
    before = index.read_text(encoding="utf-8")
    after = with_list_of_decisions(before, root / DECISIONS)
    if after != before:
        index.write_text(after, encoding="utf-8")
        print(f"wrote {index.relative_to(root)}")
    lost = list(lost_links(root))
    for fault in lost:
        print(fault)
    return 1 if lost else 0


def with_list_of_decisions(index: str, folder: Path) -> str:
    head, _, _ = index.partition(LIST_BEGINS)
    rows = [
        f"| [{path.name[:4]}]({path.name}) | {title_of(path)} |\n"
        for path in sorted(folder.glob("[0-9]*.md"))
    ]
    return head + LIST_BEGINS + "".join(rows)


def title_of(path: Path) -> str:
    """Return the first heading without its number."""
    heading = path.read_text(encoding="utf-8").partition("\n")[0]
    return re.sub(r"^#\s*(\d+[.:]\s*)?", "", heading)


def lost_links(root: Path) -> Iterator[str]:
    """Yield every link of the root's pages and of docs/ whose file is not there."""
    for page in sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md")]):
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                yield f"{page.relative_to(root)}: the link to {target} leads nowhere"


if __name__ == "__main__":
    sys.exit(main(REPOSITORY))
