"""`pulse analyse spc`: process behaviour charts of series in a file, with their signals."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import click
import numpy as np

from analysis.trends.autocorrelation import AUTOCORRELATION_CAUTION
from analysis.trends.chance import expected_by_chance, latest_signals
from analysis.trends.process_charts import ChartKind, Charts, process_charts
from analysis.trends.series_files import NamedSeries, read_series
from analysis.trends.xmr import RuleCode, XmrOptions
from pulse.cli.frame import CommandFailed
from pulse.cli.whole_files import whole_file

PROVISIONAL_POINTS = 12
"""Limits that rest on fewer points still move with every further one."""

_DECIMAL_BELOW = 100  # a simulated number has no more than two or three digits to trust
_PATH = click.Path(path_type=Path)
_RULES = {
    RuleCode.ORDINARY: "",
    RuleCode.OUTSIDE: "outside",
    RuleCode.TREND: "trend",
    RuleCode.TWO_IN_THREE: "2-in-3",
    RuleCode.SHIFT: "shift",
}
_SIGNALS = {-1: "lower", 0: "", 1: "higher"}


def _baseline_points(_context: click.Context, _parameter: click.Parameter, text: str) -> int | None:
    if text == "whole":
        return None
    if not (text.isascii() and text.isdigit() and int(text) > 1):
        raise click.BadParameter(f"{text!r} is neither 'whole' nor a number from 2 up.")
    return int(text)


@click.command()
@click.argument("file", type=_PATH)
@click.option("--out", type=_PATH, required=True, help="The CSV file to write.")
@click.option(
    "--chart",
    type=click.Choice([kind.value for kind in ChartKind]),
    default=ChartKind.XMR.value,
    show_default=True,
    help="xmr for figures; p or p-prime (Laney) for y events among n.",
)
@click.option(
    "--screening/--no-screening",
    default=True,
    show_default=True,
    help="Leave out moving ranges of 3.267 times their average or more, once.",
)
@click.option(
    "--shift",
    type=click.IntRange(2),
    default=7,
    show_default=True,
    help="Points on one side of the average that make a shift.",
)
@click.option(
    "--trend",
    type=click.IntRange(2),
    default=7,
    show_default=True,
    help="Points that rise or fall strictly and make a trend.",
)
@click.option(
    "--baseline-points",
    callback=_baseline_points,
    metavar="N|whole",
    default="whole",
    show_default=True,
    help="Points on which limits rest: the first N of each stretch, or all of it.",
)
def spc(
    *,
    file: Path,
    out: Path,
    chart: str,
    screening: bool,
    shift: int,
    trend: int,
    baseline_points: int | None,
) -> None:
    """Chart each series in FILE and write its average, limits and signals beside each point.

    FILE is a CSV with the columns series, x (date or number), y (empty for a gap) and, if wanted,
    n (answers, or people and cases for p charts) and rebase (1 where the limits start anew).
    """
    kind = ChartKind(chart)
    options = XmrOptions(
        screen_ranges=screening,
        shift_points=shift,
        trend_points=trend,
        baseline_points=baseline_points,
    )
    check_places(file, out)
    named = read_series(file, are_proportions=kind is not ChartKind.XMR)
    charts = process_charts(named.arrays, kind=kind, options=options)
    with ExitStack() as written:
        stream = written.enter_context(whole_file(out))
        csv.writer(stream, lineterminator="\n").writerows(_written_rows(named, charts))
    for line in _summary(named, charts, kind, options):
        click.echo(line)
    click.echo(f"Written: {out}")


def check_places(file: Path, out: Path) -> None:
    """Refuse, before anything is counted, a place that cannot be written or must not be."""
    if out.exists() and file.exists() and out.samefile(file):
        raise CommandFailed(f"{out} is the file that is read; name another file to write.")
    if out.is_dir() or not out.parent.is_dir():
        raise CommandFailed(f"{out} cannot be written: it is a folder, or its folder is missing.")


def _written_rows(named: NamedSeries, charts: Charts) -> Iterator[Sequence[str]]:
    """Yield the header, then each row of the file with what was found beside it."""
    has_sizes, has_rebase = named.has_sizes, named.has_rebase
    given = ("series", "x", "y", *(("n",) * has_sizes), *(("rebase",) * has_rebase))
    yield (*given, "mean", "lpl", "upl", "signal", "rule")
    where = (named.series, named.place)
    found = zip(
        named.rows,
        charts.centre[where].tolist(),
        charts.lower[where].tolist(),
        charts.upper[where].tolist(),
        charts.signals.direction[where].tolist(),
        charts.signals.rule[where].tolist(),
        strict=True,
    )
    for row, centre, lower, upper, direction, rule in found:
        sizes, rebase = (row.size,) * has_sizes, (row.rebase,) * has_rebase
        numbers = (_words(centre), _words(lower), _words(upper))
        signal = (_SIGNALS[direction], _RULES[RuleCode(rule)])
        yield (row.series, row.x, row.y, *sizes, *rebase, *numbers, *signal)


def _words(number: float) -> str:
    """Return the shortest decimal that reads back as exactly this number; empty for NaN."""
    return "" if number != number else repr(number)  # noqa: PLR0124 - only NaN differs from itself


def _summary(
    named: NamedSeries, charts: Charts, kind: ChartKind, options: XmrOptions
) -> Iterator[str]:
    direction = charts.signals.direction[named.series, named.place]
    yield (
        f"{_count(len(named.names), 'series', 'series')}, "
        f"{_count(len(named.rows), 'point', 'points')}: {(direction == 1).sum():,} higher, "
        f"{(direction == -1).sum():,} lower, {(direction == 0).sum():,} ordinary or gaps."
    )
    latest, moved = latest_signals(named.arrays, charts)
    if latest > 1:
        chance = expected_by_chance(named.arrays, charts, kind=kind, options=options)
        yield (
            f"Latest points that are part of a signal: {moved:,} of {latest:,}. By chance alone "
            f"about {chance:,.{int(chance < _DECIMAL_BELOW)}f} would be."
        )
    shown = charts.shown_points
    short = int(((shown > 0) & (shown < PROVISIONAL_POINTS)).sum())
    if short:
        yield (
            f"{_count(short, 'stretch has', 'stretches have')} fewer than {PROVISIONAL_POINTS} "
            "points; limits are provisional there, or absent."
        )
    alike = (charts.autocorrelation > AUTOCORRELATION_CAUTION) & (shown >= PROVISIONAL_POINTS)
    if alike.any():
        yield (
            f"{_count(int(alike.sum()), 'stretch has', 'stretches have')} points that resemble the "
            f"point before (lag-1 autocorrelation above {AUTOCORRELATION_CAUTION}); limits are too "
            "narrow there."
        )
    if kind is not ChartKind.XMR and (~np.isnan(charts.sigma_z)).any():
        yield (
            f"Sigma of z, 1 where nothing but chance varies: median "
            f"{np.nanmedian(charts.sigma_z):.2f}, highest {np.nanmax(charts.sigma_z):.2f}."
        )


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
