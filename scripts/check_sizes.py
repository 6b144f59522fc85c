"""Refuse files over 400 lines and functions over 40: what is longer holds two subjects."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

LONGEST_FILE = 400  # lines
LONGEST_FUNCTION = 40  # lines, signature and docstring included
FOLDERS = ("surveys", "analysis", "pulse", "templates", "tests", "scripts", "benchmarks")
SUFFIXES = frozenset({".py", ".html", ".js"})
GENERATED = ("pulse/static/built/", "pulse/migrations/")


def main(root: Path) -> int:
    faults = [fault for path in own_files(root) for fault in faults_of(path, root)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def own_files(root: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and path.suffix in SUFFIXES and not name.startswith(GENERATED):
                yield path


def faults_of(path: Path, root: Path) -> Iterator[str]:
    text, name = path.read_text(encoding="utf-8"), path.relative_to(root).as_posix()
    lines = len(text.splitlines())
    if lines > LONGEST_FILE:
        yield f"{name}: {lines} lines, at most {LONGEST_FILE}; split it by subject"
    if path.suffix != ".py":
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                place = f"{name}:{node.lineno}: {node.name}"
                yield f"{place} has {length} lines, at most {LONGEST_FUNCTION}"


if __name__ == "__main__":
    sys.exit(
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent)
    )
