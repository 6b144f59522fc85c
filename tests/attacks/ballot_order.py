"""The order attack: look for the order of arrival in every byte of every file of a box.

The attacker holds the folder and, being generous to it, all ballots. For each it notes every place
where it lies and how far that is from its home; each note is ranked against arrival. The long form:

    python -m tests.attacks.ballot_order
"""

import math
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import rankdata

from surveys.ballot_format import BallotKind
from surveys.ballots import Ballot
from surveys.box import open_box, put_ballot, shut_box
from surveys.box_files import PAGE_BYTES, SLOT_TABLES, box_connection
from surveys.box_making import make_box
from surveys.box_slots import EMPTY_ID, ID_BYTES, home_of
from tests.surveys.box_factories import WAVE, ballot, key_table

BOX = "wave.box"
FillBox = Callable[[Path, Sequence[bytes]], None]
CERTAIN = 5.0
"""Standard deviations from chance that count as found; chance alone goes there once in 1.7 million."""


@dataclass(frozen=True)
class Found:
    """The clue that tells most: its mean rank correlation, and standard deviations from chance."""

    clue: str
    correlation: float
    surprise: float


def empty_folder(folder: Path, *, invited: int) -> Path:
    path = folder / BOX
    make_box(path, wave=WAVE, keys=key_table("town"), invited=invited)
    open_box(path)
    return path


def put_all(path: Path, bodies: Sequence[bytes]) -> None:
    for body in bodies:
        put_ballot(path, body)


def put_all_and_shut(path: Path, bodies: Sequence[bytes]) -> None:
    put_all(path, bodies)
    shut_box(path)


def all_bytes(folder: Path) -> Mapping[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def clues(folder: Path, bodies: Sequence[bytes]) -> Mapping[str, list[float]]:
    """Return, for each clue, one number per ballot."""
    return places(all_bytes(folder), [body[-100:] for body in bodies]) | distances(
        folder / BOX, bodies
    )


def places(written: Mapping[str, bytes], sought: Sequence[bytes]) -> dict[str, list[float]]:
    """Return where in each file each text lies and how often, a clue with one number per text."""
    noted: dict[str, list[float]] = {}
    for name, content in written.items():
        firsts = [content.find(each) for each in sought]
        lasts = [content.rfind(each) for each in sought]
        noted |= {
            f"first place in {name}": [float(place) for place in firsts],
            f"last place in {name}": [float(place) for place in lasts],
            f"page in {name}": [float(place // PAGE_BYTES) for place in lasts],
            f"place within the page of {name}": [float(place % PAGE_BYTES) for place in lasts],
            f"times in {name}": [float(content.count(each)) for each in sought],
        }
    return noted


def distances(path: Path, bodies: Sequence[bytes]) -> Mapping[str, list[float]]:
    """Return how far each ballot lies from where its search began, if the file has slots."""
    with closing(sqlite3.connect(path)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
        table = SLOT_TABLES[Ballot.read(bodies[0]).kind]
        if table not in tables:
            return {}
        rows = connection.execute(f"SELECT place, slot FROM {table}").fetchall()
    places = {slot[:ID_BYTES]: place for place, slot in rows}
    ids = [Ballot.read(body).id for body in bodies]
    # A table may use fewer slots than it has, so both sizes are tried.
    return {"slot": [float(places[each]) for each in ids]} | {
        f"distance from home among {size}": [
            float((places[each] - home_of(each, slots)) % slots) for each in ids
        ]
        for size, slots in (("all slots", len(rows)), ("as many as ballots", len(bodies)))
    }


def correlation(values: Sequence[float]) -> float:
    """Return the rank correlation with arrival; 0 where the clue is the same for all."""
    ranks = rankdata(values)
    if np.ptp(ranks) == 0:
        return 0.0
    return float(np.corrcoef(ranks, np.arange(len(values)))[0, 1])


def best_clue(fill: FillBox, *, ballots: int, invited: int, rounds: int, seed: int) -> Found:
    """Attack boxes filled in random orders and return the clue that tells most over all rounds.

    By chance a rank correlation of n ballots has mean 0 and variance 1 / (n - 1), ties or not.
    """
    chance = random.Random(seed)
    sums: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        master = Path(name) / "master"
        master.mkdir()
        empty_folder(master, invited=invited)
        for number in range(rounds):
            for kind in BallotKind:
                folder = Path(name) / f"{kind}-{number}"
                shutil.copytree(master, folder)
                bodies = [ballot(kind, each) for each in range(ballots)]
                chance.shuffle(bodies)
                fill(folder / BOX, bodies)
                for clue, values in clues(folder, bodies).items():
                    key = f"{kind}: {clue}"
                    sums[key] = sums.get(key, 0.0) + correlation(values)
                shutil.rmtree(folder)
    return strongest(sums, sources=ballots, rounds=rounds)


def strongest(sums: Mapping[str, float], *, sources: int, rounds: int) -> Found:
    """Return the clue whose rank correlations, summed over the rounds, are furthest from chance."""
    clue, total = max(sums.items(), key=lambda item: abs(item[1]))
    return Found(clue, total / rounds, abs(total) * math.sqrt((sources - 1) / rounds))


# What the attack must catch


def first_free(path: Path, bodies: Sequence[bytes]) -> None:
    """The plain hash table: every ballot stays where it found the first free slot."""
    with box_connection(path) as connection:
        connection.execute("BEGIN")
        for body in bodies:
            read = Ballot.read(body)
            table = SLOT_TABLES[read.kind]
            # As many slots as ballots, like a box without spare room.
            place = home_of(read.id, len(bodies))
            while not slot_at(connection, table, place).startswith(EMPTY_ID):
                place = (place + 1) % len(bodies)
            connection.execute(
                f"UPDATE {table} SET slot = ? WHERE place = ?", (read.id + body, place)
            )
        connection.execute("COMMIT")


def slot_at(connection: sqlite3.Connection, table: str, place: int) -> bytes:
    ((slot,),) = connection.execute(f"SELECT slot FROM {table} WHERE place = ?", (place,))
    assert isinstance(slot, bytes)
    return slot


def rows_by_key(path: Path, bodies: Sequence[bytes], *, table_option: str = "") -> None:
    path.unlink()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"CREATE TABLE ballots (id BLOB PRIMARY KEY, body BLOB) {table_option}")
        for body in bodies:
            connection.execute("INSERT INTO ballots VALUES (?, ?)", (Ballot.read(body).id, body))


def rows_without_rowid(path: Path, bodies: Sequence[bytes]) -> None:
    rows_by_key(path, bodies, table_option="WITHOUT ROWID")


def kept_write_ahead_log(path: Path, bodies: Sequence[bytes]) -> None:
    """The slots as they should be, under a write-ahead log that is still there when one looks."""
    first = path.with_name("first.box")
    shutil.copyfile(path, first)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        for body in bodies:
            put_ballot(first, body)
            copy_changed_slots(first, connection, Ballot.read(body).kind)
        log = path.with_name(f"{BOX}-wal").read_bytes()
    first.unlink()
    path.with_name("kept-log").write_bytes(log)


def copy_changed_slots(first: Path, connection: sqlite3.Connection, kind: BallotKind) -> None:
    table = SLOT_TABLES[kind]
    query = f"SELECT slot, place FROM {table} ORDER BY place"
    with box_connection(first) as source:
        wanted = source.execute(query).fetchall()
    present = connection.execute(query).fetchall()
    changed = [new for new, old in zip(wanted, present, strict=True) if new != old]
    connection.execute("BEGIN")
    connection.executemany(f"UPDATE {table} SET slot = ? WHERE place = ?", changed)
    connection.execute("COMMIT")


CONTROLS: Mapping[str, FillBox] = {
    "first free slot": first_free,
    "rows with hidden numbers": rows_by_key,
    "rows without numbers": rows_without_rowid,
    "a kept write-ahead log": kept_write_ahead_log,
}


def main() -> int:
    """Attack boxes of 12, 40 and 200 ballots, and what must be caught; 1 if chance is beaten."""
    is_beaten = False
    for ballots in (12, 40, 200):
        for response in (0.6, 1.0):
            for state, fill in (("open", put_all), ("shut", put_all_and_shut)):
                found = best_clue(
                    fill,
                    ballots=ballots,
                    invited=round(ballots / response),
                    rounds=20,
                    seed=ballots,
                )
                is_beaten |= found.surprise > CERTAIN
                tell(f"{ballots} ballots, {response:.0%} response, {state}", found)
        for name, fill in CONTROLS.items():
            found = best_clue(
                fill, ballots=ballots, invited=ballots, rounds=480 // ballots, seed=ballots
            )
            is_beaten |= found.surprise <= CERTAIN  # an attack that finds nothing proves nothing
            tell(f"{ballots} ballots, {name} (must be found)", found)
    return int(is_beaten)


def tell(what: str, found: Found) -> None:
    print(  # noqa: T201 - the long form is for a person
        f"{what:55} rank correlation {found.correlation:+.2f}, {found.surprise:5.1f} standard "
        f"deviations ({found.clue})"
    )


if __name__ == "__main__":
    raise SystemExit(main())
