"""Keys of waves: for their owner alone whatever the umask, whole or not at all, and wiped."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from surveys import custody
from surveys.custody import (
    CustodyError,
    WaveKeys,
    destroy_file,
    destroy_wave_folder,
    read_key,
    write_key,
)
from surveys.destruction import destroy_wave_keys
from tests.conftest import REPOSITORY

CONTENT = b"thirty-two bytes that are secret"


@pytest.fixture
def keys(tmp_path: Path) -> WaveKeys:
    return WaveKeys(tmp_path / "keys", tmp_path / "opening" / "keys", "2026-11")


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def modes_below(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): f"{path.stat().st_mode & 0o777:o}"
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077, 0o027, 0o277, 0o777], ids="{:03o}".format)
def test_folders_are_0700_and_files_0600_whatever_the_umask_is(
    keys: WaveKeys, tmp_path: Path, mask: int
) -> None:
    with umask(mask):
        write_key(keys.invitation, CONTENT)
        write_key(keys.pass_key(0), CONTENT)
        write_key(keys.opening, CONTENT)
    assert modes_below(tmp_path) == {
        "keys": "700",
        "keys/waves": "700",
        "keys/waves/2026-11": "700",
        "keys/waves/2026-11/invitation.key": "600",
        "keys/waves/2026-11/passes": "700",
        "keys/waves/2026-11/passes/0.der": "600",
        "opening": "700",
        "opening/keys": "700",
        "opening/keys/2026-11.pem": "600",
    }


def test_a_folder_that_was_there_keeps_the_rights_its_owner_gave_it(
    keys: WaveKeys, tmp_path: Path
) -> None:
    keys.opening_keys.mkdir(parents=True)
    keys.opening_keys.chmod(0o750)
    write_key(keys.opening, CONTENT)
    assert modes_below(tmp_path / "opening") == {"keys": "750", "keys/2026-11.pem": "600"}


def test_keys_that_open_ballots_lie_apart_from_keys_that_sign_passes(keys: WaveKeys) -> None:
    assert keys.opening.parent == keys.opening_keys
    assert not keys.opening.is_relative_to(keys.keys)
    for path in (keys.invitation, keys.pass_key(3)):
        assert path.is_relative_to(keys.folder)


def test_a_key_that_exists_is_never_written_over(keys: WaveKeys) -> None:
    write_key(keys.opening, CONTENT)
    write_key(keys.opening, b"another key")
    assert read_key(keys.opening) == CONTENT
    assert [path.name for path in keys.opening_keys.iterdir()] == ["2026-11.pem"]


def test_a_key_that_could_not_be_written_whole_is_not_there(
    keys: WaveKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(custody.os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_key(keys.opening, CONTENT)
    assert list(keys.opening_keys.iterdir()) == []


def test_of_many_processes_that_write_one_key_the_first_wins_and_nobody_fails(
    keys: WaveKeys,
) -> None:
    program = (
        "import sys; from pathlib import Path; from surveys.custody import write_key; "
        "sys.stdin.read(); write_key(Path(sys.argv[1]), sys.argv[2].encode())"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(keys.opening), f"key {number}"],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
        )
        for number in range(6)
    ]
    assert [process.communicate(b"") and process.returncode for process in running] == [0] * 6
    assert read_key(keys.opening) in {f"key {number}".encode() for number in range(6)}
    assert len(list(keys.opening_keys.iterdir())) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_can_read_is_refused_and_the_error_says_what_to_run(
    keys: WaveKeys, mode: int
) -> None:
    write_key(keys.opening, CONTENT)
    keys.opening.chmod(mode)
    with pytest.raises(CustodyError, match=f"Run: chmod 600 {keys.opening}"):
        read_key(keys.opening)


def test_a_missing_key_is_named_without_its_content(keys: WaveKeys) -> None:
    with pytest.raises(CustodyError, match=r"The key 2026-11\.pem is missing from"):
        read_key(keys.opening)


def test_a_key_of_another_user_is_refused_in_words(
    keys: WaveKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests may run as root, whom no file refuses."""
    write_key(keys.opening, CONTENT)

    def refuse(_self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(CustodyError, match="cannot be read by this user"):
        read_key(keys.opening)


def test_a_destroyed_file_is_overwritten_before_it_goes(keys: WaveKeys, tmp_path: Path) -> None:
    write_key(keys.opening, CONTENT)
    witness = tmp_path / "the same blocks of the disk"
    witness.hardlink_to(keys.opening)
    assert destroy_file(keys.opening)
    assert not keys.opening.exists()
    left = witness.read_bytes()
    assert len(left) == len(CONTENT)
    assert left != CONTENT


def test_a_long_file_is_overwritten_to_its_end(tmp_path: Path) -> None:
    path, witness = tmp_path / "box", tmp_path / "the same blocks of the disk"
    path.write_bytes(bytes(5 << 19))
    witness.hardlink_to(path)
    assert destroy_file(path)
    left = witness.read_bytes()
    assert len(left) == 5 << 19
    assert all(any(left[start : start + 64]) for start in range(0, len(left), 1 << 16))
    assert any(left[-64:])


def test_every_pass_key_of_a_destroyed_wave_is_overwritten(keys: WaveKeys, tmp_path: Path) -> None:
    paths = (keys.invitation, keys.pass_key(0), keys.pass_key(1))
    for number, path in enumerate(paths):
        write_key(path, CONTENT)
        (tmp_path / f"blocks {number}").hardlink_to(path)
    destroy_wave_folder(keys)
    assert not any((tmp_path / f"blocks {number}").read_bytes() == CONTENT for number in range(3))


def test_the_draft_of_a_process_that_was_killed_dies_with_the_key(
    keys: WaveKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda _self: None)  # killed before this step
        write_key(keys.opening, CONTENT)
    destroy_wave_keys(keys)
    (draft,) = keys.opening_keys.iterdir()
    assert draft.read_bytes() != CONTENT


def test_destroying_a_wave_s_keys_leaves_none_of_them_and_nobody_else_s(keys: WaveKeys) -> None:
    others = WaveKeys(keys.keys, keys.opening_keys, "2026-12")
    for each in (keys, others):
        write_key(each.invitation, CONTENT)
        write_key(each.pass_key(0), CONTENT)
        write_key(each.opening, CONTENT)
    log_key = keys.keys / "log.key"
    write_key(log_key, CONTENT)
    destroy_wave_keys(keys)
    assert not keys.folder.exists()
    assert not keys.opening.exists()
    for path in (others.invitation, others.pass_key(0), others.opening, log_key):
        assert read_key(path) == CONTENT


def test_destroying_again_finds_nothing_and_is_no_error(keys: WaveKeys) -> None:
    write_key(keys.invitation, CONTENT)
    assert destroy_wave_folder(keys)
    assert not destroy_wave_folder(keys)
    assert not destroy_file(keys.opening)
    destroy_wave_keys(keys)


def test_a_folder_shared_with_a_group_on_purpose_gets_keys_that_the_group_may_read(
    keys: WaveKeys, tmp_path: Path
) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys").chmod(0o2750)
    write_key(keys.pass_key(0), CONTENT)
    write_key(keys.opening, CONTENT)
    assert modes_below(tmp_path) == {
        "keys": "750",
        "keys/waves": "750",
        "keys/waves/2026-11": "750",
        "keys/waves/2026-11/passes": "750",
        "keys/waves/2026-11/passes/0.der": "640",
        "opening": "700",
        "opening/keys": "700",
        "opening/keys/2026-11.pem": "600",
    }
    assert read_key(keys.pass_key(0)) == CONTENT


@pytest.mark.parametrize("mode", [0o660, 0o644], ids="{:o}".format)
def test_in_a_shared_folder_a_key_that_more_can_reach_is_refused(
    keys: WaveKeys, tmp_path: Path, mode: int
) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys").chmod(0o2750)
    write_key(keys.invitation, CONTENT)
    keys.invitation.chmod(mode)
    with pytest.raises(CustodyError, match="chmod 640"):
        read_key(keys.invitation)


def test_a_group_bit_that_was_only_inherited_shares_nothing(keys: WaveKeys, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys").chmod(0o2700)
    write_key(keys.invitation, CONTENT)
    assert keys.invitation.stat().st_mode & 0o777 == 0o600
