"""The self-attack shares no code with the engine, so that no fault of one is repeated in the other."""

import ast
from pathlib import Path

DISCLOSURE = Path(__file__).resolve().parents[2] / "analysis" / "disclosure"
ATTACK = {
    "attack",
    "elimination",
    "elimination_attacks",
    "linear_bounds",
    "near_cells",
    "planted_leaks",
    "published_tables",
    "small_cuts",
    "subtraction",
    "table_attack",
    "unanimity",
    "unanimous_cells",
}
SHARED = {"frequency_tables", "rules"}
"""What a table is, and what k is: nothing that decides."""


def imports_of(module: str) -> set[str]:
    tree = ast.parse((DISCLOSURE / f"{module}.py").read_text())
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("analysis"):
            last = (node.module or "").removeprefix("analysis.disclosure").removeprefix(".")
            found |= {last} if last else {name.name for name in node.names}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names if name.name.startswith("analysis")}
    return found


def test_every_module_of_the_attack_imports_the_attack_and_descriptions_alone() -> None:
    foreign = {module: imports_of(module) - ATTACK - SHARED for module in sorted(ATTACK)}
    assert not any(foreign.values()), foreign


def test_no_part_of_the_engine_imports_the_attack() -> None:
    """An engine that used its checks would no longer be checked by them."""
    engine, waiting = {"tree"}, ["engine", "tree"]
    while waiting:
        new = imports_of(waiting.pop()) - engine
        engine |= new
        waiting += [module for module in new if (DISCLOSURE / f"{module}.py").exists()]
    assert not engine & ATTACK
