"""What is written appears whole or not at all, and nothing half-done is left behind."""

import stat
from pathlib import Path

import pytest

from pulse.cli.whole_files import OWNER_ONLY, whole_file, whole_folder, write_text


class Interrupted(BaseException):
    """Stands for a person who stops a command."""


def write_half(path: Path, error: type[BaseException]) -> None:
    with whole_file(path) as stream:
        stream.write("half")
        raise error


def fill_half(path: Path, error: type[BaseException]) -> None:
    with whole_folder(path) as draft:
        write_text(draft / "a.json", "{}")
        raise error


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("before")
    with whole_file(path) as stream:
        stream.write("after")
        assert path.read_text() == "before"
    assert path.read_text() == "after"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, Interrupted])
def test_a_file_that_is_cut_short_leaves_what_was_there(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("before")
    with pytest.raises(error):
        write_half(path, error)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_appears_when_it_is_filled_and_is_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "proof"
    with whole_folder(path) as draft:
        write_text(draft / "a.json", "{}", mode=OWNER_ONLY)
        assert not path.exists()
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE((path / "a.json").stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_takes_the_place_of_an_empty_one_only(tmp_path: Path) -> None:
    path = tmp_path / "proof"
    path.mkdir()
    with whole_folder(path) as draft:
        write_text(draft / "a.json", "{}")
    with pytest.raises(OSError, match="not empty"), whole_folder(path):
        pass
    assert [each.name for each in path.iterdir()] == ["a.json"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, Interrupted])
def test_a_folder_that_is_cut_short_is_gone(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error):
        fill_half(tmp_path / "proof", error)
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_never_takes_the_place_of_another(tmp_path: Path) -> None:
    write_text(tmp_path / "a", "one")
    with pytest.raises(FileExistsError):
        write_text(tmp_path / "a", "two")
    assert (tmp_path / "a").read_text() == "one"
