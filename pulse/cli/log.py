"""`pulse log …`: check the log, and take away what proves it elsewhere."""

import json
from pathlib import Path

import click

from pulse.cli.frame import CommandFailed, open_installation
from surveys.ledger.log import BrokenLog, newest_checkpoint, verify
from surveys.ledger.notes import open_checkpoint
from surveys.ledger.proofs import extends, prove_entry, read_proof
from surveys.ledger.signing import LogPublicKey

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def log() -> None:
    """The append-only log of policies, imports and releases."""


@log.command("verify")
@click.option("--since", type=_FILE, help="A checkpoint that was kept elsewhere.")
def verify_log(*, since: Path | None) -> None:
    """Check every entry and every signed checkpoint; exit code 1 when one does not match."""
    installation = open_installation()
    public_key = installation.signer.public_key
    with installation.stores.archive() as session:
        check = verify(session, public_key)
        if isinstance(check, BrokenLog):
            click.echo(f"The log does not hold from entry {check.place} on. {check.reason.value}")
            raise click.exceptions.Exit(1)
        click.echo(f"All {check.entries} entries match their signed checkpoints.")
        if since is None:
            return
        kept = open_checkpoint(_text_of(since), public_key)
        if not extends(session, kept):
            click.echo(f"The first {kept.size} entries are not the ones of the kept checkpoint.")
            raise click.exceptions.Exit(1)
        click.echo(f"The first {kept.size} entries are still the ones of the kept checkpoint.")


@log.command()
def checkpoint() -> None:
    """Print the newest signed checkpoint, for the union to keep."""
    installation = open_installation()
    with installation.stores.archive() as session:
        click.echo(newest_checkpoint(session), nl=False)


@log.command()
def key() -> None:
    """Print the log's public key, for the union to keep."""
    click.echo(open_installation().signer.public_key.text)


@log.command()
@click.argument("place", type=click.IntRange(min=0))
def prove(place: int) -> None:
    """Print a proof of entry PLACE (the first is 0) that anybody can check elsewhere."""
    installation = open_installation()
    with installation.stores.archive() as session:
        click.echo(prove_entry(session, place), nl=False)


@log.command("check-proof")
@click.argument("file", type=_FILE)
@click.option("--key", "key_text", required=True, help="The public key that the union kept.")
def check_proof(file: Path, *, key_text: str) -> None:
    """Check a proof that `pulse log prove` printed; needs no installation and no network."""
    proven = read_proof(_text_of(file), LogPublicKey.parse(key_text))
    size = proven.checkpoint.size
    click.echo(f"Entry {proven.place} stands in the signed log of {size} entries:")
    click.echo(json.dumps(json.loads(proven.document), indent=2, ensure_ascii=False))


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CommandFailed(f"{file} is not a text file.") from error
