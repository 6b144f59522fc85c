"""Whom staff can turn to: from the organisation's file, in plain words of ours without one."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

from pulse.config import SettingsError

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Contacts:
    """One or two sentences each: a child or adult at risk, wrongdoing, own distress, the survey."""

    risk: str = "Tell your manager or the safeguarding lead today, or the police if it cannot wait."
    wrongdoing: str = (
        "Your organisation’s whistle-blowing policy says whom you can tell. Your union can go "
        "with you."
    )
    distress: str = (
        "Talk to somebody you trust, your doctor, or your organisation’s support for staff. If "
        "you are in danger, call the emergency number."
    )
    survey: str = "Ask the people team or your union representative."

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the contacts of the file; ours where the file or a line of it is absent.

        Raises:
            SettingsError: the file cannot be read, or a line is not what it must be.
        """
        if not path.exists():
            return cls()
        try:
            given = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(f"The contacts {path} cannot be read: {error}") from error
        known = {field.name for field in fields(cls)}
        for name, text in given.items():
            if name not in known:
                raise SettingsError(f"{path}: {name!r} is not one of {', '.join(sorted(known))}.")
            if not isinstance(text, str) or not 0 < len(text) <= _LONGEST:
                raise SettingsError(f"{path}: {name} must be a text of 1 to {_LONGEST} letters.")
        return cls(**given)
