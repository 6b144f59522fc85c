"""Every decision is listed, and every link between our pages leads somewhere."""

import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "scripts"))

import build_docs  # noqa: E402 - a script, found by the line above


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    decisions = tmp_path / "docs" / "decisions"
    decisions.mkdir(parents=True)
    (decisions / "0002-two.md").write_text("# 2. The second\n")
    (decisions / "0001-one.md").write_text("# 0001: The first\n")
    (decisions / "README.md").write_text(f"Decisions\n\n{build_docs.LIST_BEGINS}| old |\n")
    return tmp_path


def test_decisions_are_listed_in_order_without_their_numbers_twice(folder: Path) -> None:
    assert build_docs.main(folder) == 0
    rows = (folder / "docs/decisions/README.md").read_text().splitlines()[-2:]
    assert rows == ["| [0001](0001-one.md) | The first |", "| [0002](0002-two.md) | The second |"]


def test_a_link_that_leads_nowhere_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "README.md").write_text("[here](docs/decisions/README.md#x) [lost](docs/lost.md)")
    assert build_docs.main(folder) == 1
    assert "README.md: the link to docs/lost.md leads nowhere" in capsys.readouterr().out


def test_links_to_the_world_and_within_a_page_are_left_alone(folder: Path) -> None:
    (folder / "README.md").write_text("[a](https://example.org) [b](#part)")
    assert list(build_docs.lost_links(folder)) == []


def test_our_own_pages_have_no_lost_link() -> None:
    assert list(build_docs.lost_links(REPOSITORY)) == []


def test_our_own_list_of_decisions_is_as_make_docs_writes_it() -> None:
    index = (REPOSITORY / "docs" / "decisions" / "README.md").read_text()
    assert build_docs.with_list_of_decisions(index, REPOSITORY / "docs" / "decisions") == index
