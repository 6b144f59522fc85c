"""The page on which somebody looks for their receipt after the close."""

from dataclasses import dataclass

from pulse.respond.contacts import Contacts


@dataclass(frozen=True, slots=True)
class ReceiptsPage:
    """`waves` are the codes of those whose lists are published, newest first."""

    organisation: str
    waves: tuple[str, ...]
    contacts: Contacts
