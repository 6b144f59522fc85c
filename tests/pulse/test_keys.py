"""The key folder: open to its owner alone, and no key is ever made over another."""

import stat
from pathlib import Path
from threading import Barrier, Thread

import pytest

from pulse.config import Settings
from pulse.keys import KeyFolderError, create_keys, has_log_key, load_log_signer, write_once


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folder_and_key_are_open_to_their_owner_alone(settings: Settings) -> None:
    assert not has_log_key(settings)
    create_keys(settings)
    assert has_log_key(settings)
    assert mode_of(settings.keys) == 0o700
    assert {mode_of(path) for path in settings.keys.iterdir()} == {0o600}


def test_keys_that_exist_stay(settings: Settings) -> None:
    first = create_keys(settings).public_key
    assert create_keys(settings).public_key == first
    assert load_log_signer(settings).public_key == first


def test_no_draft_of_a_key_is_left_behind(settings: Settings) -> None:
    create_keys(settings)
    create_keys(settings)
    assert [path.name for path in settings.keys.iterdir()] == ["log.key"]


def test_of_many_who_make_keys_at_once_all_get_the_same(settings: Settings) -> None:
    made: list[str] = []
    start = Barrier(6)

    def make() -> None:
        start.wait()
        made.append(create_keys(settings).public_key.text)

    threads = [Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6
    assert len(set(made)) == 1


@pytest.mark.parametrize("mode", [0o710, 0o750, 0o704, 0o777])
def test_a_folder_open_to_others_is_refused_with_the_command_to_run(
    settings: Settings, mode: int
) -> None:
    create_keys(settings)
    settings.keys.chmod(mode)
    with pytest.raises(KeyFolderError, match=f"Run: chmod 700 {settings.keys}"):
        load_log_signer(settings)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_open_to_others_is_refused_with_the_command_to_run(
    settings: Settings, mode: int
) -> None:
    create_keys(settings)
    (settings.keys / "log.key").chmod(mode)
    with pytest.raises(KeyFolderError, match=f"Run: chmod 600 {settings.keys}/log.key"):
        load_log_signer(settings)


def test_keys_are_never_made_in_a_folder_open_to_others(settings: Settings) -> None:
    settings.keys.mkdir(mode=0o755)
    settings.keys.chmod(0o755)
    with pytest.raises(KeyFolderError, match="chmod 700"):
        create_keys(settings)
    assert not has_log_key(settings)


def test_a_missing_folder_says_where_to_find_another(settings: Settings) -> None:
    with pytest.raises(
        KeyFolderError, match=r"key folder .* is missing. Put it back from your backup"
    ):
        load_log_signer(settings)


def test_a_missing_key_says_where_to_find_another(settings: Settings) -> None:
    settings.keys.mkdir(mode=0o700)
    with pytest.raises(
        KeyFolderError, match=r"log key .* is missing. Put it back from your backup"
    ):
        load_log_signer(settings)


def test_a_damaged_key_is_never_replaced(settings: Settings) -> None:
    create_keys(settings)
    path = settings.keys / "log.key"
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(KeyFolderError, match=r"is damaged\. Put it back from your backup"):
        create_keys(settings)


def test_a_file_in_the_place_of_the_folder_is_named(settings: Settings) -> None:
    settings.keys.write_text("not a folder")
    with pytest.raises(KeyFolderError, match="is not a folder"):
        load_log_signer(settings)


def test_a_secret_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    write_once(path, b"first")
    write_once(path, b"second")
    assert path.read_bytes() == b"first"
