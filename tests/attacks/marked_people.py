"""People who can be known by everything they bring, and how to find them in what was written.

Everybody's name, address of mail and network, device, referrer, invitation and answers occur
nowhere else in the world.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import select

from pulse.installation import Installation
from surveys.ballots import Ballot
from surveys.roster_tables import PersonRow
from surveys.wave_tables import InvitationRow
from tests.pulse.waves_made import secrets_of

_CHUNK = 32  # bytes of a ballot that are searched for at a time
BOX_SUFFIXES = (".box", ".box-journal")


@dataclass(frozen=True, slots=True)
class Person:
    """What makes somebody known: `roster` the employer knows, `trail` nobody may keep."""

    number: int
    secret: str
    roster: tuple[str, ...]
    trail: Mapping[str, str]
    answers: tuple[int, ...]
    invitation: bytes

    @property
    def headers(self) -> dict[str, str]:
        return {name: value for name, value in self.trail.items() if name != "REMOTE_ADDR"}


def person_of(number: int, secret: str, roster: Sequence[str], invitation: bytes) -> Person:
    address = f"2001:db8:{number:x}:7a6b::5c{number:02x}"
    trail = {
        "REMOTE_ADDR": address,
        "X-Forwarded-For": f"198.51.{number}.77",
        "X-Real-Ip": f"203.0.{number}.78",
        "Forwarded": f"for=192.0.{number}.79",
        "User-Agent": f"Zqagent{number:03}x/7.1 (Zqdevice{number:03}x)",
        "Referer": f"https://zqmail{number:03}x.example.org/inbox?Zqreferrer{number:03}x",
        "Accept-Language": f"xx-zqlang{number:03}x",
        "Cookie": f"zqcookie=Zqcookie{number:03}x",
        "If-None-Match": f'"Zqetag{number:03}x"',
    }
    answers = tuple((number // 5**place) % 5 + 1 for place in range(8))
    return Person(number, secret, tuple(roster), trail, answers, invitation)


def mark_roster(site: Installation) -> None:
    """Give everybody on the roster a name, address and reference that occur nowhere else."""
    with site.stores.registry() as registry:
        for number, person in enumerate(registry.scalars(select(PersonRow))):
            person.name = f"Zqname{number:03}x Zqfamily{number:03}x"
            person.email = f"zqmail{number:03}x@zqhost{number:03}x.example.org"
            person.reference = f"zqref{number:03}x"


def people_of(site: Installation, code: str) -> list[Person]:
    with site.stores.registry() as registry:
        rows = registry.execute(
            select(InvitationRow.id, PersonRow.name, PersonRow.email, PersonRow.reference)
            .join(PersonRow, PersonRow.id == InvitationRow.person_id)
            .where(InvitationRow.wave_code == code)
            .order_by(InvitationRow.id)
        ).all()
    secrets = secrets_of(site, code)
    return [
        person_of(number, secret, (name, email or "", reference), invitation.bytes)
        for number, (secret, (invitation, name, email, reference)) in enumerate(
            zip(secrets, rows, strict=True), start=1
        )
    ]


# What is searched for


def forms(text: str) -> set[bytes]:
    """Return the ways in which software writes a text down."""
    raw = text.encode()
    written = {raw, text.lower().encode(), text.upper().encode(), quote(text, safe="").encode()}
    written |= {text.encode("utf-16-le"), raw.hex().encode(), raw.hex().upper().encode()}
    # The base64 of a part of a longer text, at each of three offsets, without its unsure ends.
    for offset in range(3):
        packed = base64.b64encode(bytes(offset) + raw)
        written.add(packed[4:-4] if offset else packed[:-4])
    return {each for each in written if len(each) >= 8}


def secret_forms(secret: str) -> set[bytes]:
    groups = [secret[place : place + 4] for place in range(0, 16, 4)]
    return forms(secret) | forms("-".join(groups)) | forms(" ".join(groups))


def answer_forms(answers: Sequence[int]) -> set[bytes]:
    return {
        bytes([1, len(answers), *answers]),
        json.dumps(list(answers)).encode(),
        ",".join(map(str, answers)).encode(),
        " ".join(map(str, answers)).encode(),
    }


def never_kept(person: Person) -> set[bytes]:
    """Return what may be written nowhere at all."""
    trail = set().union(*(forms(value) for value in person.trail.values()))
    return trail | secret_forms(person.secret) | answer_forms(person.answers)


def chunks_of(ballot: bytes) -> set[bytes]:
    """Return the parts of a ballot by which it could be known again, its public pass key aside."""
    read = Ballot.read(ballot)
    parts = [read.ballot_key, read.prefix, read.signature, read.sealed, read.ballot_signature]
    cut = {part[start : start + _CHUNK] for part in parts for start in range(0, len(part), _CHUNK)}
    known = {read.id} | {each for each in cut if len(each) == _CHUNK}
    return known | {each.hex().encode() for each in known}


def hits(wanted: set[bytes], written: Mapping[str, bytes]) -> list[str]:
    """Return the names of what holds something wanted, with what it holds."""
    return [
        f"{name}: {each[:60]!r}"
        for name, content in written.items()
        for each in wanted
        if each in content
    ]


def files_under(*folders: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def outside_boxes(written: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: each for name, each in written.items() if not name.endswith(BOX_SUFFIXES)}


def outside_the_registry(written: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: each for name, each in written.items() if "registry.sqlite" not in name}
