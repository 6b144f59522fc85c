"""The third hand on a ballot: boxes and keys are wiped when a wave has come to its end."""

from pathlib import Path

from surveys.custody import WaveKeys, destroy_file, destroy_wave_folder

_JOURNAL = "-journal"


def destroy_box(path: Path) -> None:
    """Overwrite and remove a box and its journal; one that is gone already is no error."""
    destroy_file(path.with_name(path.name + _JOURNAL))
    destroy_file(path)


def destroy_wave_keys(keys: WaveKeys) -> None:
    """Overwrite and remove the keys of a wave: opening key, pass keys, invitation key."""
    destroy_file(keys.opening)
    destroy_wave_folder(keys)
