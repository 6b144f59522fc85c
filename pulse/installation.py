"""An installation that is ready to be worked on."""

from dataclasses import dataclass

from pulse.config import Settings
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner


@dataclass(frozen=True, slots=True)
class Installation:
    """An installation that passed every check at start."""

    settings: Settings
    stores: Stores
    signer: LogSigner
