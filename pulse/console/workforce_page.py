"""What the Workforce pages show: what is held, what a file would change, and what was revised."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from analysis.workforce_figures import (
    FIGURE_WORDS,
    MISSING_WORDS,
    Figure,
    Figures,
    Missing,
    value_words,
)
from analysis.workforce_history import PeriodOverview, Revision, WorkforceImport
from analysis.workforce_layouts import shipped_layouts
from analysis.workforce_plans import WorkforcePlan
from analysis.workforce_series import RateCode
from pulse.console.people import Count, Pages
from pulse.console.workforce_imports import mark_of
from pulse.dates import day_words
from surveys.sheets import Problem

EXAMPLE = (
    "unit,period,headcount,in_post_fte,starters,leavers,vacancies_fte,agency,days_lost\n"
    "assessment-north,2026-03,12,10.8,1,1,1.5,2,9\n"
    "assessment-south,2026-03,9,8.6,0,0,0,x,4.5\n"
)
_NOT_THERE = "–"


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to read a file; "" is Pulse's own."""

    value: str
    words: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FigureUpload:
    """The form as somebody left it, and what was wrong with it."""

    choices: tuple[Choice, ...]
    heading: str = ""
    problems: tuple[Problem, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A period with its figures over all units, as they are written."""

    period: str
    units: str
    in_post: str
    leavers: str
    vacancies: str
    agency: str
    absence: str
    caseload: str


@dataclass(frozen=True, slots=True)
class WorkforcePage:
    lead: str
    last_import: str
    figures: str
    has_units: bool
    lines: tuple[HeldLine, ...]
    pages: Pages
    revised: str
    upload: FigureUpload


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One thing that would change: a figure with what it was, or a new row's figures."""

    unit: str
    period: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class FiguresDifferencePage:
    """What storing the file would change; `mark` says later whether it still would."""

    token: str
    mark: str
    lead: str
    has_changes: bool
    counts: tuple[Count, ...]
    notes: tuple[str, ...]
    lines: tuple[ChangeLine, ...]
    pages: Pages


@dataclass(frozen=True, slots=True)
class RevisionLine:
    """One revised figure: what it is, and each import by its day and the hash of its file."""

    unit: str
    period: str
    figure: str
    words: str
    revised_by: str
    was_by: str


@dataclass(frozen=True, slots=True)
class RevisionsPage:
    lead: str
    lines: tuple[RevisionLine, ...]
    pages: Pages


def workforce_page(
    overview: Sequence[PeriodOverview],
    held: Collection[Figure],
    imports: Mapping[int, WorkforceImport],
    *,
    units: int,
    revised: int,
    has_units: bool,
    page: int,
    upload: FigureUpload,
) -> WorkforcePage:
    """Return the page of what is held.

    Args:
        overview: periods, newest first.
        held: the figures of which there is some number.
        imports: by place in the log, oldest first.
        units: how many units have figures.
        revised: how many figures were revised.
        has_units: whether any tree of units is known.
        page: which part of the periods, from 1.
        upload: the form.
    """
    pages = Pages.of(len(overview), page)
    return WorkforcePage(
        lead=_lead(overview, units),
        last_import=_import_words(list(imports.values())),
        figures=", ".join(words for figure, words in FIGURE_WORDS.items() if figure in held),
        has_units=has_units,
        lines=tuple(map(_held_line, overview[pages.part])),
        pages=pages,
        revised="" if not revised else f"{_count(revised, 'figure')} revised so far",
        upload=upload,
    )


def figures_difference_page(
    plan: WorkforcePlan, names: Mapping[str, str], *, token: str, page: int
) -> FiguresDifferencePage:
    """Return the page of a plan; `names` are those of today's units by code."""
    lines = _change_lines(plan, names)
    pages = Pages.of(len(lines), page)
    numbers = {
        "New rows": len(plan.new),
        "Revised rows": len(plan.changes) - len(plan.withdrawn),
        "Withdrawn rows": len(plan.withdrawn),
        "Unchanged rows": plan.unchanged,
        "Rows left out by the mapping": plan.passed_over,
    }
    said = f", read as {plan.layout}" if plan.layout else ""
    return FiguresDifferencePage(
        token=token,
        mark=mark_of(plan),
        lead=f"{_count(plan.rows, 'row')} of figures{said}.",
        has_changes=plan.has_changes,
        counts=tuple(Count(name, f"{number:,}") for name, number in numbers.items()),
        notes=_notes(plan),
        lines=tuple(lines[pages.part]),
        pages=pages,
    )


def revisions_page(
    part: Sequence[Revision],
    imports: Mapping[int, WorkforceImport],
    names: Mapping[str, str],
    *,
    pages: Pages,
    in_all: int,
) -> RevisionsPage:
    """Return the page of revised figures.

    Args:
        part: the revisions of this part of the list.
        imports: by place in the log.
        names: of today's units by code.
        pages: which part it is.
        in_all: how many revisions there are.
    """
    lead = (
        "No figure was revised yet. When a later file changes one, the old one stays here."
        if not in_all
        else f"{_count(in_all, 'figure')} revised so far, newest first. Nothing is overwritten: "
        "each old figure stays here with the file it came from."
    )
    lines = tuple(
        RevisionLine(
            unit=_unit_words(each.unit, names),
            period=each.period.words,
            figure=FIGURE_WORDS[each.figure],
            words=f"was {_text_words(each.before)}, now {_text_words(each.after)}",
            revised_by=_file_words(imports.get(each.place), "revised on"),
            was_by=_file_words(
                None if each.before_place is None else imports.get(each.before_place), "from"
            ),
        )
        for each in part
    )
    return RevisionsPage(lead, lines, pages)


def upload_form(
    mapping: str = "", heading: str = "", problems: Sequence[Problem] = (), more: int = 0
) -> FigureUpload:
    """Return the form with the chosen mapping, and what was wrong if anything was."""
    words = {"": "Pulse’s own columns", **shipped_layouts()}
    choices = tuple(Choice(value, text, value == mapping) for value, text in words.items())
    return FigureUpload(choices, heading, tuple(problems), more)


def _lead(overview: Sequence[PeriodOverview], units: int) -> str:
    if not overview:
        return "Pulse holds no workforce figures yet."
    first = min(each.period for each in overview)
    return (
        f"Figures of {_count(units, 'unit')} from {first.start.words} to "
        f"{overview[0].period.last.words}."
    )


def _import_words(imports: Sequence[WorkforceImport]) -> str:
    if not imports:
        return ""
    newest = imports[-1]
    return f"The last file came on {day_words(newest.day)} and had {_count(newest.rows, 'row')}."


def _held_line(each: PeriodOverview) -> HeldLine:
    def percent(rate: RateCode) -> str:
        return f"{each.rates[rate]:.1f}%" if rate in each.rates else _NOT_THERE

    in_post = each.in_post_fte if each.headcount is None else each.headcount
    return HeldLine(
        period=each.period.words,
        units=f"{each.units:,}",
        in_post=_NOT_THERE if in_post is None else f"{in_post:,.10g}",
        leavers=percent(RateCode.LEAVERS),
        vacancies=percent(RateCode.VACANCIES),
        agency=percent(RateCode.AGENCY),
        absence=percent(RateCode.ABSENCE),
        caseload=f"{each.rates[None]:.1f}" if None in each.rates else _NOT_THERE,
    )


def _change_lines(plan: WorkforcePlan, names: Mapping[str, str]) -> list[ChangeLine]:
    """Return withdrawn rows, then revised figures, then new rows."""
    lines = [
        ChangeLine(_unit_words(unit, names), period.words, "withdrawn", "all its figures go")
        for unit, period in sorted(plan.withdrawn)
    ]
    lines += [
        ChangeLine(
            _unit_words(unit, names),
            period.words,
            "revised",
            f"{FIGURE_WORDS[each.figure]} {value_words(each.after)}, "
            f"was {value_words(each.before)}",
        )
        for (unit, period), changes in sorted(plan.changes.items())
        if (unit, period) not in plan.withdrawn
        for each in changes
    ]
    lines += [
        ChangeLine(
            _unit_words(unit, names),
            period.words,
            "new",
            _figures_words(plan.after[unit, period]),
        )
        for unit, period in sorted(plan.new)
    ]
    return lines


def _figures_words(figures: Figures) -> str:
    return ", ".join(
        f"{words} {value_words(figures[figure])}"
        for figure, words in FIGURE_WORDS.items()
        if figure in figures
    )


def _unit_words(unit: str, names: Mapping[str, str]) -> str:
    return f"{names[unit]} ({unit})" if unit in names else unit


def _notes(plan: WorkforcePlan) -> tuple[str, ...]:
    notes = [
        f"{count:,} × {MISSING_WORDS[symbol]} ({symbol.value}): missing, not read as 0."
        for symbol, count in plan.missing.items()
    ]
    if plan.ignored:
        notes.append(f"Columns that are not used: {', '.join(plan.ignored)}.")
    if plan.inner_units:
        notes.append(
            f"{_count(len(plan.inner_units), 'unit')} in this file, such as {plan.inner_units[0]}, "
            "with units below. Write there only the people who are in no unit below: Pulse adds "
            "the units below by itself."
        )
    return tuple(notes)


def _text_words(text: str) -> str:
    if not text:
        return "not given"
    return MISSING_WORDS[Missing(text)] if text in set(Missing) else text


def _file_words(source: WorkforceImport | None, verb: str) -> str:
    if source is None:
        return "from before Pulse kept its files’ names"
    return f"{verb} {day_words(source.day)}, file {source.file_sha256[:12]}"


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number:,} {noun}s"
