"""The examples of the guides for HR are what Pulse reads."""

import re
from datetime import date
from pathlib import Path

import pytest

from analysis.workforce_files import read_workforce
from surveys.pack_files import read_pack
from surveys.unit_files import read_units
from surveys.units import UnitTree

GUIDES = Path(__file__).parents[2] / "docs" / "hr"


def first_example(guide: str, language: str) -> str:
    return examples(guide, language)[0]


def examples(guide: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (GUIDES / guide).read_text(), re.DOTALL)


@pytest.fixture
def units(tmp_path: Path) -> UnitTree:
    path = tmp_path / "units.csv"
    path.write_text(first_example("importing-units.md", "csv"))
    return UnitTree.of(date(2026, 1, 1), read_units(path).units)


def test_the_example_of_units_is_one_tree(units: UnitTree) -> None:
    assert (len(units), units.root.code) == (5, "childrens-services")


def test_the_example_of_workforce_figures_fits_the_example_of_units(
    units: UnitTree, tmp_path: Path
) -> None:
    path = tmp_path / "workforce.csv"
    path.write_text(first_example("workforce.md", "csv"))
    assert len(read_workforce(path, lambda _month: units).figures) == 2


def test_the_example_of_a_pack_is_a_pack(tmp_path: Path) -> None:
    path = tmp_path / "mood.toml"
    path.write_text(first_example("importing-packs.md", "toml"))
    assert [item.code for item in read_pack(path).items] == ["mood-today"]


def test_the_example_of_figures_of_others_takes_the_rows_of_a_table_as_it_is_published(
    tmp_path: Path,
) -> None:
    (tmp_path / "csps-medians.csv").write_text(
        "Measure,Label,2023,2024\nB33,Workload,64,65\nB47,Proud,1,2\nB48,Recommend,[z],63.26\n"
    )
    path = tmp_path / "csps.toml"
    path.write_text(examples("importing-packs.md", "toml")[-1])
    found = read_pack(path).benchmarks
    assert found is not None
    assert [figure.value for figure in found.figures] == [65, 2, 63.26]
