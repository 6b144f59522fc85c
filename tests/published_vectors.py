"""The test vectors that the RFCs publish, as bytes by the names they have there."""

import json
from collections.abc import Mapping
from pathlib import Path

VECTORS = Path(__file__).parent / "vectors"


def _read(name: str) -> Mapping[str, bytes]:
    written = json.loads((VECTORS / name).read_text())
    return {key: bytes.fromhex(text) for key, text in written.items() if key != "source"}


RFC_9474_A1 = _read("rfc9474_a1.json")
"""RSABSSA-SHA384-PSS-Randomized with a key of 4096 bits."""

RFC_9180_A3_1 = _read("rfc9180_a3_1.json")
"""HPKE in base mode: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM; sequence number 0."""
