"""The close of a wave beside bare loops of the library over the same ballots, on the same cores.

    python benchmarks/closing.py [--ballots 20000] [--full]

`--full` is a wave of 100,000 people who all answered; by default it is smaller, and what is printed
is of the smaller one. The box holds a scores ballot of each. Three references read the same sealed
answers from memory: one loop that only opens them (HPKE), as many such loops as we have processes,
and as many that also do with the library what a close must, because a box may have changed hands:
check the signature of each pass (RSA-PSS) and of each ballot (ECDSA). Ours starts its processes,
reads the box, does all of that and counts. Neither memory nor time of making the ballots counts.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from made_wave import CLOSES, FORK, Phones, installation_at, made_installation, opened_wave

from pulse.config import Settings
from pulse.installation import Installation
from pulse.jobs.closing import close_wave, stage_wave
from pulse.jobs.counting import Count
from pulse.jobs.preparing import box_paths, keys_of
from surveys.ballot_format import SIGNATURE_BYTES, BallotKind
from surveys.ballots import Ballot
from surveys.blind_rsa import SALT_BYTES, PassPublicKey
from surveys.box_files import box_connection, slots_of
from surveys.box_slots import put_slot
from surveys.custody import read_key
from surveys.passes import pass_message
from surveys.preparing_waves import pass_key_tree
from surveys.sealing import seal_info
from surveys.units import UnitCode
from surveys.waves import descriptor_of

BALLOTS, FULL_BALLOTS, TEAMS = 20_000, 100_000, 40
PROCESSES = os.cpu_count() or 1
BAR, WORK_BAR = 1.5, 1.3
KIND = BallotKind.SCORES
SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=SALT_BYTES)


@dataclass(frozen=True, slots=True)
class Loop:
    """A bare loop over ballots: what it needs, made ready before time is taken."""

    opening_key: bytes
    info: bytes
    moduli: dict[bytes, bytes]

    def opens(self, ballots: Sequence[Ballot]) -> float:
        """Open every ballot with the library and return the seconds."""
        key = self._key()
        start = time.perf_counter()
        for ballot in ballots:
            SUITE.decrypt(ballot.sealed, key, info=self.info)
        return time.perf_counter() - start

    def checks_and_opens(self, ballots: Sequence[Ballot]) -> float:
        """Check both signatures of every ballot with the library, open it, return the seconds."""
        key, ecdsa = self._key(), ec.ECDSA(hashes.SHA256())
        public = {
            key_id: RSAPublicNumbers(65537, int.from_bytes(modulus, "big")).public_key()
            for key_id, modulus in self.moduli.items()
        }
        asked = [(each, public[each.key_id], message_of(each)) for each in ballots]
        start = time.perf_counter()
        for ballot, rsa, message in asked:
            rsa.verify(ballot.signature, message, PSS, hashes.SHA384())
            own = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), ballot.ballot_key)
            own.verify(der_of(ballot.ballot_signature), ballot.signed_part, ecdsa)
            SUITE.decrypt(ballot.sealed, key, info=self.info)
        return time.perf_counter() - start

    def _key(self) -> ec.EllipticCurvePrivateKey:
        key = load_pem_private_key(self.opening_key, None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key


def message_of(ballot: Ballot) -> bytes:
    return pass_message(
        prefix=ballot.prefix, key_id=ballot.key_id, kind=KIND, ballot_key=ballot.ballot_key
    )


def der_of(raw: bytes) -> bytes:
    half = SIGNATURE_BYTES // 2
    return encode_dss_signature(
        int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
    )


def side_by_side(loop: Callable[[Sequence[Ballot]], float], ballots: Sequence[Ballot]) -> float:
    """Return the seconds until the last of as many loops as there are cores is done."""
    shares = [ballots[first::PROCESSES] for first in range(PROCESSES)]
    with FORK.Pool(PROCESSES) as pool:
        return max(pool.map(loop, shares, chunksize=1))


def fill_box(path: Path, phones: Phones, count: int) -> list[Ballot]:
    """Put one ballot of each person straight into the slots where the product puts them."""
    groups = phones.descriptor.groups
    units = [groups[number % len(groups)].unit for number in range(count)]
    made: list[Ballot] = []
    with FORK.Pool(PROCESSES) as pool, box_connection(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        slots = slots_of(connection, KIND)
        sent = pool.imap(partial(_body, phones), zip(units, range(count), strict=True), 200)
        for body in sent:
            ballot = Ballot.read(body)
            put_slot(slots, ballot.id, body)
            made.append(ballot)
        connection.execute("COMMIT")
    return made


def _body(phones: Phones, person: tuple[UnitCode, int]) -> bytes:
    unit, number = person
    return phones.ballot(unit, KIND, number)[0]


def closed(home: Path, code: str) -> None:
    """Close a wave in this process and print what it took: run apart, for its memory's sake."""
    site = installation_at(Settings.from_environ({"PULSE_HOME": str(home)}))
    start = time.perf_counter()
    close_wave(site, code, day=CLOSES)
    print(time.perf_counter() - start)
    start = time.perf_counter()
    counted = the_count(site, code).whole(processes=PROCESSES)
    print(time.perf_counter() - start)
    assert counted.spoilt == 0
    start = time.perf_counter()
    stage_wave(site, code, day=CLOSES)
    print(time.perf_counter() - start)
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        print(resource.getrusage(who).ru_maxrss / 1024)


def the_count(site: Installation, code: str) -> Count:
    with site.stores.registry() as registry:
        descriptor = descriptor_of(registry, code)
        leaves = pass_key_tree(registry, code).leaves
    boxes = tuple(box_paths(site, descriptor).values())
    return Count(boxes, descriptor, leaves, read_key(keys_of(site, code).opening))


def compare(home: Path, count: int) -> bool:
    """Print the close beside its references; return whether a bar is missed."""
    site = made_installation(home, {})
    code = opened_wave(site, people=count, teams=TEAMS)
    ready = the_count(site, code)
    ballots = fill_box(ready.boxes[0], Phones.of(site, code), count)
    info = seal_info(ready.descriptor.sha256, KIND)
    moduli = {PassPublicKey(leaf.modulus).key_id: leaf.modulus for leaf in ready.leaves}
    loop = Loop(ready.opening_key, info, moduli)
    single = loop.opens(ballots)
    opens = side_by_side(loop.opens, ballots)
    works = side_by_side(loop.checks_and_opens, ballots)
    command = [sys.executable, __file__, "--home", str(home), "--code", code]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    shut, counted, staged, own, others = map(float, said.split())
    for name, seconds in (
        ("one bare loop, opens", single),
        (f"{PROCESSES} bare loops, opens", opens),
        (f"{PROCESSES} bare loops, checks and opens", works),
        (f"ours in {PROCESSES} processes: check, open, count", counted),
        ("   closing before it: shut, ids, log", shut),
        ("   with it: count, protect, attack, stage", staged),
    ):
        print(f"{name:<44}{seconds:>8.2f} s{1e6 * seconds / count:>8.0f} us a ballot")
    print(
        f"ours: {counted / single:.2f} x one loop of opens, {counted / opens:.2f} x as many loops "
        f"of opens, {counted / works:.2f} x as many loops of the same work"
    )
    print(f"memory at most: {own:.0f} MB where it closes, {others:.0f} MB in each other process")
    return counted / single > BAR or counted / works > WORK_BAR


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ballots", type=int, default=BALLOTS)
    parser.add_argument("--full", action="store_true", help=f"{FULL_BALLOTS} ballots")
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--code", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.home:
        closed(chosen.home, chosen.code)
        return 0
    count = FULL_BALLOTS if chosen.full else chosen.ballots
    print(f"{count} ballots, {PROCESSES} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        is_slow = compare(Path(name) / "home", count)
    print(
        "bars:",
        "missed" if is_slow else "kept",
        f"(<= {BAR} x one loop of opens, <= {WORK_BAR} x loops of the same work)",
    )
    return int(is_slow)


if __name__ == "__main__":
    raise SystemExit(main())
