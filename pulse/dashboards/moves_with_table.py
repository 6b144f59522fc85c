"""What moves with morale as a file: the same figures as the page, with every end of an interval."""

import csv
import io
from collections.abc import Iterator

from analysis.drivers import Joint, Refused, Single
from pulse.dashboards.driver_figures import DriverFigures
from pulse.dashboards.item_answers import wording_of
from pulse.dashboards.moves_with import labels_of

_HEADER = (
    "question", "wording", "version", "analysis", "figure", "estimate", "95% low", "95% high", "n",
    "adjusted p", "note",
)  # fmt: skip
_Row = tuple[object, ...]


def moves_with_csv(figures: DriverFigures) -> str:
    """Return a line per question, analysis (between or within units) and figure."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(_HEADER)
    starts = {
        (item.code, item.version): (label, wording_of(item), item.version)
        for item, label in zip(figures.questions, labels_of(figures.questions), strict=True)
    }
    for place, start in enumerate(starts.values()):
        for name, singles in (("between", figures.between), ("within", figures.within)):
            writer.writerow((*start, name, "correlation", *_single(singles[place])))
    for place, item in enumerate(figures.joint_questions):
        start = starts[item.code, item.version]
        for name, joint in (("between", figures.joint_between), ("within", figures.joint_within)):
            for row in _joint(joint, place):
                writer.writerow((*start, name, *row))
    return written.getvalue()


def _single(single: Single | Refused) -> _Row:
    if isinstance(single, Refused):
        return ("", "", "", "", "", f"not told: {single.reason}")
    ends = (_number(single.estimate), _number(single.low), _number(single.high))
    return (*ends, single.n, f"{single.adjusted_p:.4f}", "")


def _joint(joint: Joint | Refused, place: int) -> Iterator[_Row]:
    if isinstance(joint, Refused):
        yield ("coefficient", "", "", "", "", "", f"not told: {joint.reason}")
        return
    term = joint.terms[place]
    for name, value, interval in (
        ("coefficient", term.beta, term.beta_interval),
        ("share of differences", term.weight, term.weight_interval),
    ):
        yield (name, _number(value), *map(_number, interval), joint.n, "", "")


def _number(value: float) -> str:
    return f"{value:.4f}"
