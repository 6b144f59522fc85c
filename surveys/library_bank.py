"""The bank of questions that comes with Pulse: package data in the format of every other pack."""

from functools import cache
from pathlib import Path

from surveys.instruments import Instrument
from surveys.pack_files import read_pack

BANK = Path(__file__).with_name("library") / "default.toml"


@cache
def default_instrument() -> Instrument:
    """Return the default monthly pulse; its items are version 1 until their wording changes."""
    return read_pack(BANK)
