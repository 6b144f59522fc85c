"""`pulse analyse turnover`: does a unit have fewer exits after periods of higher morale?"""

import json
from pathlib import Path

import click
import numpy as np

from analysis.turnover import MonthGrid, between_units, pooled_months
from analysis.turnover_panels import PanelFile, check_score_columns, read_panel
from analysis.turnover_study import answer_document, within_document
from analysis.within_turnover import DRAWS, LAGS, WithinStudy, study_within
from pulse.cli.frame import CommandFailed
from pulse.cli.whole_files import whole_file

_PATH = click.Path(path_type=Path)
_FEWEST_DRAWS = 99  # with fewer, several looks could never be told from chance
_MOST_DRAWS = 100_000
_NOTES = (
    "Only units and periods with a known score and with exits take part; the others are counted.",
    "Between units, within units and pooled answer different questions.",
    "These figures are about groups. They tell no causes and nothing about a person.",
)


@click.command()
@click.argument("file", metavar="PANEL.CSV", type=_PATH)
@click.option(
    "--lags",
    default=",".join(map(str, LAGS)),
    show_default=True,
    help="How many periods the score comes before the exits; fix them before you look.",
)
@click.option(
    "--permutations",
    type=click.IntRange(_FEWEST_DRAWS, _MOST_DRAWS),
    default=DRAWS,
    show_default=True,
    help="Draws that give whole series of scores to other units.",
)
@click.option(
    "--scores",
    default="score",
    show_default=True,
    help="Columns of scores, one for each theme: score,safety.",
)
@click.option("--out", type=_PATH, help="A JSON file to write instead of printing it.")
def turnover(*, file: Path, lags: str, permutations: int, scores: str, out: Path | None) -> None:
    """Set exits of units against their scores of earlier periods, within units over time.

    PANEL.CSV has a row for each unit and period: unit, period (a month or a year), headcount,
    leavers, score; if wanted n (respondents), lowest_band and highest_band (percent of answers, for
    the spread). An empty score is allowed. Prints JSON with every number and what it says in words.
    """  # fmt: skip
    chosen = _lags_of(lags)
    _check_place(file, out)
    read = read_panel(file, scores=_scores_of(scores))
    study = study_within(read.panel, read.themes, lags=chosen, draws=permutations)
    text = json.dumps(_document(read, study, chosen, permutations), indent=2, ensure_ascii=False)
    if out is None:
        click.echo(text)
        return
    with whole_file(out) as stream:
        stream.write(text + "\n")
    click.echo(f"Written: {out}")


def _lags_of(written: str) -> tuple[int, ...]:
    parts = [part.strip() for part in written.split(",")]
    if not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):  # noqa: PLR2004
        raise CommandFailed(f"--lags {written!r}: write whole numbers of periods, like 1,2,3.")
    lags = tuple(int(part) for part in parts)
    if min(lags) < 1 or len(set(lags)) < len(lags):
        raise CommandFailed(f"--lags {written!r}: each lag is 1 or more and stands once.")
    return lags


def _scores_of(written: str) -> list[str]:
    names = [name.strip() for name in written.split(",")]
    try:
        check_score_columns(names)
    except ValueError as error:
        raise CommandFailed(f"--scores {written!r}: {error}.") from error
    return names


def _check_place(file: Path, out: Path | None) -> None:
    """Refuse, before anything is worked out, a place that cannot be written or must not be."""
    if out is None:
        return
    if out.exists() and file.exists() and out.samefile(file):
        raise CommandFailed(f"{out} is the file that is read; name another file to write.")
    if out.is_dir() or not out.parent.is_dir():
        raise CommandFailed(f"{out} cannot be written: it is a folder, or its folder is missing.")


def _document(
    read: PanelFile, study: WithinStudy, lags: tuple[int, ...], permutations: int
) -> dict[str, object]:
    return {
        "sha256": read.sha256,
        "panel": _panel(read),
        "lags": lags,
        "permutations": permutations,
        **within_document(study),
        **_beside(read),
        "notes": _NOTES,
    }


def _panel(read: PanelFile) -> dict[str, object]:
    told: dict[str, object] = {
        "units": len(read.units),
        "periods": len(read.periods),
        "first_period": read.periods[0],
        "last_period": read.periods[-1],
        "rows": read.rows,
        "rows_without_headcount": int(np.count_nonzero(read.panel.headcount == 0)),
        "exits": _whole_if_it_is(float(np.nansum(read.panel.exits))),
    }
    if read.respondents is not None:
        told["fewest_respondents"] = float(np.nanmin(read.respondents))
        told["median_respondents"] = float(np.nanmedian(read.respondents))
    return told


def _whole_if_it_is(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def _beside(read: PanelFile) -> dict[str, object]:
    """Return the two other questions, which `analysis.turnover` answers for months and people."""
    counts = np.concatenate([read.panel.exits.ravel(), read.panel.headcount.ravel()])
    if not read.is_monthly or np.any(counts[~np.isnan(counts)] % 1):
        why = "Told for months and whole numbers of people only."
        return {"between": {"words": why}, "pooled": {"words": why}}
    grids = {
        name: MonthGrid(theme.score, read.panel.headcount, read.panel.exits)
        for name, theme in read.themes.items()
    }
    return {
        name: {theme: answer_document(ask(grid)) for theme, grid in grids.items()}
        for name, ask in (("between", between_units), ("pooled", pooled_months))
    }
