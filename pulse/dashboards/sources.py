"""Where a series passes from imported answers to Pulse's own waves: told, never adjusted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from analysis.release import ReleaseHead, Source
from pulse.charts.spec import SourceBreak
from surveys.months import Month

SOURCE_WORDS: Mapping[Source, str] = {
    Source.IMPORTED: "imported answers",
    Source.WAVE: "Pulse's own waves",
}


@dataclass(frozen=True, slots=True)
class SourceStretch:
    """Months of one source in a row, in the months that a series has."""

    source: Source
    first: Month
    last: Month


def sources_of(heads: Sequence[ReleaseHead]) -> Mapping[Month, Source]:
    return {head.month: head.source for head in heads}


def source_stretches(
    months: Sequence[Month], sources: Mapping[Month, Source]
) -> tuple[SourceStretch, ...]:
    """Return the stretches of a series whose months, oldest first, all have a source."""
    stretches: list[SourceStretch] = []
    for month in months:
        source = sources[month]
        if stretches and stretches[-1].source is source:
            stretches[-1] = SourceStretch(source, stretches[-1].first, month)
        else:
            stretches.append(SourceStretch(source, month, month))
    return tuple(stretches)


def source_breaks(stretches: Sequence[SourceStretch]) -> tuple[SourceBreak, ...]:
    """Return the marks for a chart, one wherever a stretch follows another."""
    return tuple(
        SourceBreak(later.first, f"joined from {SOURCE_WORDS[earlier.source]}")
        for earlier, later in pairwise(stretches)
    )


def sources_sentence(stretches: Sequence[SourceStretch]) -> str:
    """Say which months come from where; "" if all come from one source."""
    if len(stretches) < 2:  # noqa: PLR2004 - one stretch has no break
        return ""
    first, *middle, last = stretches
    parts = [
        f"Until {first.last.words} the figures come from {SOURCE_WORDS[first.source]}",
        *(f"{_span(each)} from {SOURCE_WORDS[each.source]}" for each in middle),
        f"from {last.first.words} from {SOURCE_WORDS[last.source]}",
    ]
    return f"{'; '.join(parts)}."


def break_notes(stretches: Sequence[SourceStretch]) -> Mapping[Month, str]:
    """Return what a table, newest month first, says below the first month of each later stretch."""
    return {
        later.first: (
            f"The source of answers changes here: from {later.first.words} "
            f"{SOURCE_WORDS[later.source]}, before that {SOURCE_WORDS[earlier.source]}."
        )
        for earlier, later in pairwise(stretches)
    }


def _span(stretch: SourceStretch) -> str:
    if stretch.first == stretch.last:
        return f"in {stretch.first.words}"
    return f"from {stretch.first.words} to {stretch.last.words}"
