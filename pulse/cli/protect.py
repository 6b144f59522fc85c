"""`pulse protect`: which cells of a table of numbers of people may be shown, with the proof."""

import csv
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

import click

from analysis.disclosure.certificate import WARNING, Certificates
from analysis.frequency_table_files import read_atoms
from analysis.pattern_files import pattern_rows
from analysis.table_protection import protect_named_table
from pulse.cli.frame import CommandFailed
from pulse.cli.table_options import TableOptions, table_options
from pulse.cli.whole_files import OWNER_ONLY, whole_file, whole_folder, write_text

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("file", type=_PATH)
@table_options
@click.option("--out", type=_PATH, required=True, help="The CSV file to write the pattern to.")
@click.option("--certificate", type=_PATH, help="A new folder for public.json and sealed.json.")
def protect(*, file: Path, options: TableOptions, out: Path, certificate: Path | None) -> None:
    """Decide which cells of the table in FILE may be shown together, and write them.

    FILE is a CSV with a row for each unit at the bottom of the tree and each combination of
    categories, and the number of people in it. No installation is needed.
    """
    columns, rules = options.columns(), options.rules()
    _check_places(file, out, certificate)
    named = read_atoms(file, columns)
    done = protect_named_table(named, rules)
    with ExitStack() as written:
        _write_rows(written, out, pattern_rows(named, done.pattern))
        if certificate is not None:
            _write_certificates(written.enter_context(whole_folder(certificate)), done.certificates)
    cells = sum(1 for _ in named.cells())
    shown = sum(int(flags.sum()) for flags in done.pattern.shown)
    click.echo(
        f"{len(named.units):,} units, {cells:,} cells: {shown:,} shown, {cells - shown:,} hidden."
    )
    click.echo(f"Written: {out}")
    if certificate is not None:
        click.echo(f"Written: {certificate / 'public.json'}, {certificate / 'sealed.json'}")
        click.echo(f"sealed.json: {WARNING}")


def _check_places(file: Path, out: Path, certificate: Path | None) -> None:
    """Refuse, before anything is counted, places that cannot be written or must not be."""
    if out.exists() and file.exists() and out.samefile(file):
        raise CommandFailed(f"{out} is the file that is read; name another file to write.")
    if out.is_dir() or not out.parent.is_dir():
        raise CommandFailed(f"{out} cannot be written: it is a folder, or its folder is missing.")
    if certificate is None:
        return
    if not certificate.parent.is_dir() or (certificate.exists() and not certificate.is_dir()):
        raise CommandFailed(f"{certificate} cannot be a folder: name one in a folder that exists.")
    if certificate.is_dir() and any(certificate.iterdir()):
        raise CommandFailed(f"{certificate} is not empty; certificates are never written over.")
    if out.parent.absolute() == certificate.absolute():
        raise CommandFailed(f"{certificate} is for certificates alone; write {out.name} elsewhere.")


def _write_rows(written: ExitStack, path: Path, rows: Iterable[Sequence[str | int]]) -> None:
    stream = written.enter_context(whole_file(path))
    csv.writer(stream, lineterminator="\n").writerows(rows)


def _write_certificates(folder: Path, certificates: Certificates) -> None:
    write_text(folder / "public.json", certificates.public)
    write_text(folder / "sealed.json", certificates.sealed, mode=OWNER_ONLY)
