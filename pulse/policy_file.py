"""A policy declared in a TOML file: each field by its name, each breakdown as a table."""

import tomllib
from pathlib import Path

from surveys.policy import AnonymityPolicy, PolicyError


def read_policy(path: Path) -> AnonymityPolicy:
    """Return the policy that a file declares; a field that it does not name has its default.

    Raises:
        PolicyError: the file is not TOML, or a field is unknown or breaks a rule.
        OSError: the file cannot be read.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path} is not a TOML file: {error}") from error
    try:
        return AnonymityPolicy.from_document(document)
    except PolicyError as error:
        raise PolicyError(f"{path}: {error}") from error
