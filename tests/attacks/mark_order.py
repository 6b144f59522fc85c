"""The order attack on pass marks: look for the order of issuing in every byte of a registry.

On SQLite nothing may tell it. PostgreSQL's write-ahead log does tell it, as our guides say; there
the attack looks for anything by which a ballot could be matched to a mark. The long form:

    python -m tests.attacks.mark_order
"""

import hashlib
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from sqlalchemy import select, text

from pulse.app import create_app
from pulse.app_context import current_stores
from pulse.config import Settings
from pulse.installation import Installation
from pulse.stores import Stores
from pulse.upgrades import upgrade_store
from surveys.ballot_format import BallotKind
from surveys.ballots import Ballot
from surveys.issuing import find_invitation, mark_of, take_mark
from surveys.wave_tables import PassMarkRow
from surveys.waves import descriptor_of
from tests.attacks.ballot_order import (
    CERTAIN,
    Found,
    all_bytes,
    correlation,
    places,
    strongest,
    tell,
)
from tests.attacks.marked_people import chunks_of, files_under, hits
from tests.attacks.phones import Phone, Sent, new_site
from tests.postgresql_server import STORES, PostgresqlServer, running_server
from tests.pulse.waves_made import opened_wave, secrets_of
from tests.surveys.issuing_kit import Blinded, open_desk

_START = 8

TakeMarks = Callable[[Path, Sequence[str], Sequence[int]], None]
"""Fills the registry in a folder: for each place in the order, the person's secret is used."""


def registry_in(folder: Path, *, invited: int) -> Sequence[str]:
    """Make a registry of one open wave in a folder and return the secrets of its invitations."""
    stores = stores_in(folder)
    upgrade_store(stores, "registry")
    secrets = open_desk(stores, invited=invited).secrets
    stores.close()
    return secrets


def stores_in(folder: Path) -> Stores:
    return Stores.of(Settings.from_environ({"PULSE_HOME": str(folder)}))


def blinded_for(person: int) -> Blinded:
    """Return messages of the real size, the same for a person in every order."""
    return {
        kind: hashlib.shake_256(f"{kind.value} {person}".encode()).digest(256)
        for kind in BallotKind
    }


def take_marks(folder: Path, secrets: Sequence[str], order: Sequence[int]) -> None:
    """Take each person's mark as the answering zone does, one transaction each."""
    stores = stores_in(folder)
    for person in order:
        with stores.registry(writing=True) as registry:
            found = find_invitation(registry, secrets[person])
            assert found is not None
            take_mark(registry, found, blinded_for(person))
    stores.close()


def rows_when_issued(folder: Path, _secrets: Sequence[str], order: Sequence[int]) -> None:
    """What must be caught: a row that is inserted whenever passes are issued."""
    with closing(sqlite3.connect(folder / "registry.sqlite", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE issued (mark BLOB PRIMARY KEY)")
        for person in order:
            connection.execute("INSERT INTO issued VALUES (?)", (mark_of(blinded_for(person)),))


def best_mark_clue(take: TakeMarks, *, issued: int, invited: int, rounds: int, seed: int) -> Found:
    """Attack registries in which marks were taken in random orders; return the strongest clue."""
    chance = random.Random(seed)
    sums: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        master = Path(name) / "master"
        master.mkdir()
        secrets = registry_in(master, invited=invited)
        for number in range(rounds):
            folder = Path(name) / str(number)
            shutil.copytree(master, folder)
            order = chance.sample(range(invited), issued)
            take(folder, secrets, order)
            marks = [mark_of(blinded_for(person)) for person in order]
            for clue, values in places(all_bytes(folder), marks).items():
                sums[clue] = sums.get(clue, 0.0) + correlation(values)
            shutil.rmtree(folder)
    return strongest(sums, sources=issued, rounds=rounds)


# PostgreSQL: the order is in its log, and leads to no ballot


@dataclass(frozen=True)
class Taken:
    """What a PostgreSQL server's files hold after people took part, and what those people sent."""

    written: Mapping[str, bytes]
    sent: Sequence[Sent]

    @property
    def log(self) -> bytes:
        """The write-ahead log from its first file to its last."""
        names = sorted(name for name in self.written if "/pg_wal/0" in name)
        return b"".join(self.written[name] for name in names)

    def marks(self) -> list[bytes]:
        return [mark_of(each.blinded) for each in self.sent]

    def matches(self) -> list[str]:
        """Return every trace in the server's files of something that a ballot is made of."""
        wanted = set().union(*(chunks_of(ballot) for ballot in self.ballots()))
        return traces(wanted, self.written)

    def ballots(self) -> list[bytes]:
        return [ballot for each in self.sent for ballot in each.ballots.values()]


def traces(wanted: set[bytes], written: Mapping[str, bytes]) -> list[str]:
    """Return what `hits` would, for tens of thousands of random texts in a whole server's files.

    Only files with a place whose first eight bytes begin something wanted are searched for it.
    """
    by_start: dict[int, set[bytes]] = {}
    for each in wanted:
        by_start.setdefault(int.from_bytes(each[:_START], "little"), set()).add(each)
    starts = np.array(list(by_start), dtype=np.uint64)
    found = []
    for name, content in written.items():
        present = set()
        for offset in range(_START):
            whole = len(content[offset:]) // _START
            windows = np.frombuffer(content[offset : offset + whole * _START], np.dtype("<u8"))
            present |= set(starts[np.isin(starts, windows)].tolist())
        wanted_here = set().union(*(by_start[start] for start in present))
        found += hits(wanted_here, {name: content})
    return found


def taken_on_postgresql(server: PostgresqlServer, home: Path, *, people: int, seed: int) -> Taken:
    """Let people take part over HTTP in a random order, then read every file of the server."""
    urls = {f"PULSE_{store.upper()}_URL": server.create_database() for store in STORES}
    with new_site(home, **urls) as site:
        code = opened_wave(site, teams={"A": people // 2, "B": people - people // 2})
        sent = taken_part(site, code, seed=seed)
        with site.stores.registry() as registry:
            kept = set(map(bytes, registry.scalars(select(PassMarkRow.mark))))
            folder = Path(str(registry.scalar(text("SHOW data_directory"))))
    server.run("CHECKPOINT")
    taken = Taken(files_under(folder), sent)
    assert kept >= set(taken.marks())
    return taken


def taken_part(site: Installation, code: str, *, seed: int) -> list[Sent]:
    """Let everybody of a wave answer, each like nobody else, and return what they sent in order."""
    app = create_app(site.settings)
    secrets = list(secrets_of(site, code))
    random.Random(seed).shuffle(secrets)
    with site.stores.registry() as registry:
        descriptor = descriptor_of(registry, code)
    sent = [
        Phone(app).take_part(secret, [number % 5 + 1] * 8, descriptor)
        for number, secret in enumerate(secrets)
    ]
    with app.app_context():
        current_stores().close()
    return sent


def hashes_of(ballot: bytes) -> set[bytes]:
    """Return what somebody could try as a mark who has a ballot: hashes of its parts, and pairs."""
    read = Ballot.read(ballot)
    parts = [ballot, read.ballot_key, read.prefix, read.signature, read.sealed, read.id]
    pairs = [first + second for first, second in combinations(parts, 2)]
    return {hashlib.sha256(each).digest() for each in (*parts, *pairs)}


def main() -> int:
    """Attack registries of 12, 40 and 200 issued passes; 1 if the order or a ballot is found."""
    is_beaten = False
    for issued in (12, 40, 200):
        for response in (0.6, 1.0):
            invited = round(issued / response)
            found = best_mark_clue(
                take_marks, issued=issued, invited=invited, rounds=20, seed=issued
            )
            is_beaten |= found.surprise > CERTAIN
            tell(f"{issued} marks, {response:.0%} response, SQLite", found)
        found = best_mark_clue(
            rows_when_issued, issued=issued, invited=issued, rounds=480 // issued, seed=issued
        )
        is_beaten |= found.surprise <= CERTAIN  # an attack that finds nothing proves nothing
        tell(f"{issued} marks, rows when issued (must be found)", found)
    for people in (12, 40, 200):
        with running_server() as server, tempfile.TemporaryDirectory() as home:
            taken = taken_on_postgresql(server, Path(home), people=people, seed=people)
        found = len(taken.matches())
        is_beaten |= bool(found)
        print(  # noqa: T201 - the long form is for a person
            f"{people} people, registry on PostgreSQL: {len(taken.written)} files with "
            f"{sum(map(len, taken.written.values())):,} bytes searched for "
            f"{len(taken.ballots())} ballots: {found} traces"
        )
    return int(is_beaten)


if __name__ == "__main__":
    raise SystemExit(main())
