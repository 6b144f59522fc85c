"""Single answers lie in a folder that only its owner may enter and that never stays behind."""

import os
import signal
import stat
from pathlib import Path

import pytest

from analysis.history.errors import HistoryError
from analysis.history.private_folder import private_folder, sweep_leftovers


def test_only_the_owner_may_enter(tmp_path: Path) -> None:
    with private_folder(tmp_path) as folder:
        assert folder.parent == tmp_path / "tmp"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


def test_it_is_gone_at_the_end(tmp_path: Path) -> None:
    with private_folder(tmp_path) as folder:
        (folder / "00").write_bytes(b"answers")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_it_is_gone_after_an_error(tmp_path: Path) -> None:
    def interrupted() -> None:
        with private_folder(tmp_path) as folder:
            (folder / "00").write_bytes(b"answers")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list((tmp_path / "tmp").iterdir()) == []


def test_answers_are_written_over_before_the_file_goes(tmp_path: Path) -> None:
    with private_folder(tmp_path) as folder:
        (folder / "00").write_bytes(b"answers")
        os.link(folder / "00", tmp_path / "second name")
    assert (tmp_path / "second name").read_bytes() == bytes(len(b"answers"))


def test_a_folder_that_cannot_be_made_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "tmp").write_text("a file where the folder should be")
    with (
        pytest.raises(HistoryError, match="folder for counting cannot be made"),
        private_folder(tmp_path),
    ):
        pass


def test_the_next_start_sweeps_what_a_killed_import_left(tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        with private_folder(tmp_path) as folder:
            (folder / "00").write_bytes(b"answers")
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert len(list((tmp_path / "tmp").iterdir())) == 1
    assert sweep_leftovers(tmp_path) == 1
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_sweep_spares_an_import_that_is_running(tmp_path: Path) -> None:
    with private_folder(tmp_path) as folder:
        assert sweep_leftovers(tmp_path) == 0
        assert folder.is_dir()


def test_a_folder_without_its_lock_is_swept_too(tmp_path: Path) -> None:
    (tmp_path / "tmp" / "history-half-made").mkdir(parents=True)
    assert sweep_leftovers(tmp_path) == 1
    assert list((tmp_path / "tmp").iterdir()) == []


def test_there_is_nothing_to_sweep_in_a_new_home(tmp_path: Path) -> None:
    assert sweep_leftovers(tmp_path) == 0
