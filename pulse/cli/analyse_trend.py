"""`pulse analyse trend`: the long-run direction of series in a CSV file."""

import csv
from collections import Counter
from pathlib import Path

import click

from analysis.trends.dated_series import read_series
from analysis.trends.direction_tables import FALSE_SHARE, Told, direction_rows, directions_of
from pulse.cli.frame import CommandFailed
from pulse.cli.whole_files import whole_file

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("file", type=_PATH)
@click.option("--out", type=_PATH, required=True, help="The CSV file to write a row per series to.")
def trend(*, file: Path, out: Path) -> None:
    """Tell which series in FILE rise or fall over the whole of their time.

    FILE is a CSV with the columns series, x (a month like 2026-03 or a date like 2026-03-31) and
    y (a number, or empty). Mann-Kendall test, Theil-Sen slope per year with its 95 % interval, p
    adjusted over all series by Benjamini and Hochberg.
    """
    if out.exists() and file.exists() and out.samefile(file):
        raise CommandFailed(f"{out} is the file that is read; name another file to write.")
    if out.is_dir() or not out.parent.is_dir():
        raise CommandFailed(f"{out} cannot be written: it is a folder, or its folder is missing.")
    directions = directions_of(read_series(file))
    with whole_file(out) as stream:
        csv.writer(stream, lineterminator="\n").writerows(direction_rows(directions))
    counts = Counter(each.told for each in directions)
    told = "; ".join(f"{word.value}: {counts[word]:,}" for word in Told)
    click.echo(f"{len(directions):,} series. {told[0].upper()}{told[1:]}.")
    click.echo(
        f"Of those that rise or fall, at most {FALSE_SHARE * 100:.0f} % are expected to be chance, "
        "if the values of a series are independent of each other."
    )
    click.echo(f"Written: {out}")
