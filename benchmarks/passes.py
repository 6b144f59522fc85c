"""Blind signing with gmpy2 and without, beside the library's own signing of the same size.

Run: python benchmarks/passes.py

Each way runs in a process of its own, in turns, so that a busy moment of the machine meets all of
them. The library signs what it sees, without blinding and without our check of the result: it is
the least that signing with 2,048 bits costs here. Key generation stands beside it: preparing
a wave makes two keys for each reporting group.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

ROUNDS = 5
SIGNATURES, KEYS = 60, 20
BAR = 4.0  # times the library: blinding, masking and checking may cost no more than that
NAMES = {
    "library": "library, plain PSS signature",
    "gmpy2": "blind signature with gmpy2",
    "pow": "blind signature with pow()",
    "keys": "key generation",
}


def per_second(act: Callable[[], object], times: int) -> float:
    act()
    start = time.perf_counter()
    for _ in range(times):
        act()
    return times / (time.perf_counter() - start)


def measured(way: str) -> float:
    """Return how often a second one way goes, on one core."""
    if way == "pow":
        sys.modules["gmpy2"] = None  # type: ignore[assignment]  # as where it is not installed
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - after gmpy2 is hidden
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415 - likewise

    from surveys.ballot_format import BallotKind  # noqa: PLC0415 - likewise
    from surveys.blind_rsa import SALT_BYTES, PassKey  # noqa: PLC0415 - likewise
    from surveys.passes import begin_pass  # noqa: PLC0415 - likewise

    if way == "keys":
        return per_second(PassKey.generate, KEYS)
    if way == "library":
        key = rsa.generate_private_key(65537, 2048)
        pss = padding.PSS(padding.MGF1(hashes.SHA384()), SALT_BYTES)
        return per_second(lambda: key.sign(b"message", pss, hashes.SHA384()), SIGNATURES)
    ours = PassKey.generate()
    blinded = begin_pass(ours.public, BallotKind.SCORES).blinded
    return per_second(lambda: ours.sign_blinded(blinded), SIGNATURES)


def in_own_process(way: str) -> float:
    ended = subprocess.run(
        [sys.executable, __file__, way], capture_output=True, text=True, check=True
    )
    return float(json.loads(ended.stdout))


def main() -> int:
    paces = {way: [in_own_process(way) for _ in range(ROUNDS)] for way in NAMES}
    middle = {way: statistics.median(found) for way, found in paces.items()}
    for way, pace in middle.items():
        print(
            f"{NAMES[way]:30} {pace:7.0f}/s  {1000 / pace:6.2f} ms  "
            f"{middle['library'] / pace:5.1f} times the library's signature"
        )
    ratio = middle["library"] / middle["gmpy2"]
    is_slow = ratio > BAR
    print("bar:", "missed" if is_slow else "kept", f"(gmpy2 at most {BAR:.0f} x the library)")
    return int(is_slow)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        print(json.dumps(measured(sys.argv[1])))
    else:
        raise SystemExit(main())
