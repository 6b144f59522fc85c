"""From a file of historic responses to visible releases: all of its months or none.

The order is: count (no store is written), prepare and stage month by month (written, invisible),
then one transaction that logs the import and makes every month visible. Killed anywhere and run
again, the same file ends in the same bytes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.archive import visible_releases
from analysis.history.counting import CountedFile, Question, count_responses
from analysis.history.delimited import Progress
from analysis.history.errors import HistoryError, MonthsTakenError
from analysis.history.reading import ResponseFile
from analysis.publishing import (
    PreparedRelease,
    discard_staged,
    make_visible,
    prepare_release,
    stage,
)
from analysis.release import ReleasedBreakdowns, ReleasedItem, Source
from analysis.release_documents import read_header
from analysis.spread import pooled_earlier
from analysis.tables import ReleaseRow
from surveys.errors import StateError
from surveys.instruments import ItemCode
from surveys.ledger.log import EntryKind, append
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.packs import find_items
from surveys.policy import AnonymityPolicy
from surveys.policy_log import policy_in_force
from surveys.tables import UnitTreeRow
from surveys.unit_registry import tree_as_of
from surveys.units import UnitTree
from surveys.waves import wave_months

ORIGIN = "imported, not anonymous at source"
"""Stands in the log entry and wherever a release of imported responses is shown."""


@dataclass(frozen=True, slots=True)
class Transactions:
    """The stores that an import needs, each as a function that opens one transaction."""

    registry: Callable[[], AbstractContextManager[Session]]
    archive: Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class MonthOutcome:
    """What a month holds (for whoever has the file anyway) and what its release shows."""

    month: Month
    respondents: int
    units: int  # with answers
    shown: int  # units of the tree whose figures are shown
    hidden: int
    breakdowns: ReleasedBreakdowns


@dataclass(frozen=True, slots=True)
class StagedHistory:
    """Releases that wait, invisible, for one transaction to log them and make them visible."""

    counted: CountedFile
    policy: AnonymityPolicy
    outcomes: tuple[MonthOutcome, ...]
    hashes: Mapping[Month, str]  # of the releases as prepared


def count_history(
    file: ResponseFile,
    stores: Transactions,
    *,
    home: Path,
    day: date,
    progress: Progress,
) -> CountedFile:
    """Return the counts of the file, once it is certain that its months may be imported.

    Raises:
        ImportRejected: the file breaks a rule; nothing was imported.
        StateError: there are no units yet, or an item is unknown.
        ColumnMappingError: the policy declares no such breakdown.
        MonthsTakenError: a month of the file was released before.
        HistoryError: the private folder cannot be used.
    """
    with stores.registry() as session:
        trees = _every_tree(session)
        asked = find_items(session, [column.item for column in file.mapping.items])
    with stores.archive() as session:
        breakdowns = file.mapping.declared(policy_in_force(session))
    counted = count_responses(
        file,
        {code: Question(*parts) for code, parts in asked.items()},
        trees=trees,
        day=day,
        home=home,
        progress=progress,
        breakdowns=breakdowns,
    )
    if not counted.months:
        raise HistoryError(
            f"{file.path.name} has no rows below its headings. Nothing was imported."
        )
    _refuse_wave_months(stores, counted.months)
    with stores.archive() as session:
        _refuse_taken_months(session, counted.months)
    return counted


def preview_history(counted: CountedFile, stores: Transactions) -> tuple[MonthOutcome, ...]:
    """Return what the real engine would show of each month; store nothing.

    Raises:
        ReleaseRefused: a month cannot be released safely.
    """
    with stores.archive() as session:
        policy = policy_in_force(session)
        earlier = _earlier_items(session)
    return tuple(
        _outcome(counted, prepared) for prepared in _prepared_months(counted, policy, earlier)
    )


def stage_history(counted: CountedFile, stores: Transactions) -> StagedHistory:
    """Prepare and write every month's release, invisible; drop what an earlier import left.

    Raises:
        ReleaseRefused: a month cannot be released safely; nothing stays staged.
    """
    with stores.archive() as session:
        discard_staged(session)
        policy = policy_in_force(session)
        earlier = _earlier_items(session)
    outcomes: list[MonthOutcome] = []
    hashes: dict[Month, str] = {}
    for prepared in _prepared_months(counted, policy, earlier):
        with stores.archive() as session:
            stage(session, prepared, import_sha256=counted.file.sha256)
        outcomes.append(_outcome(counted, prepared))
        hashes[prepared.month] = prepared.sha256
    return StagedHistory(counted, policy, tuple(outcomes), hashes)


def publish_history(
    staged: StagedHistory, stores: Transactions, *, signer: LogSigner, day: date
) -> None:
    """Log the import and make all of its months visible, in one transaction.

    Raises:
        StateError: units, questions or policy were changed, or another import ran, since the
            months were staged.
        MonthsTakenError: another import released one of the months meanwhile.
    """
    counted = staged.counted
    months = counted.months
    trees, questions = _read_registry(counted.file, stores)
    if trees != counted.space.trees or tuple(questions.values()) != counted.questions:
        raise StateError(
            "The units or the questions were changed while the file was counted. Nothing was "
            "imported. Run the import again."
        )
    _refuse_wave_months(stores, months)
    with stores.archive() as session:
        _refuse_taken_months(session, months)
        if policy_in_force(session) != staged.policy:
            raise StateError(
                "The anonymity policy was changed while the file was counted. Nothing was "
                "imported. Run the import again; it will use the new policy."
            )
        _refuse_replaced(session, staged)
        append(session, EntryKind.RESPONSES, _log_body(counted), signer=signer, day=day)
        make_visible(session, months, signer=signer, day=day)


def discard_history(stores: Transactions) -> None:
    """Drop releases that were staged and will not be made visible."""
    with stores.archive() as session:
        discard_staged(session)


def import_responses(
    file: ResponseFile,
    stores: Transactions,
    *,
    home: Path,
    signer: LogSigner,
    day: date,
    progress: Progress,
) -> StagedHistory:
    """Count the file and make all of its months visible; on any error, nothing of it.

    Raises:
        ImportRejected, StateError, MonthsTakenError, HistoryError, ReleaseRefused: see the steps.
    """
    counted = count_history(file, stores, home=home, day=day, progress=progress)
    staged = stage_history(counted, stores)
    publish_history(staged, stores, signer=signer, day=day)
    return staged


def _read_registry(
    file: ResponseFile, stores: Transactions
) -> tuple[tuple[UnitTree, ...], dict[ItemCode, Question]]:
    with stores.registry() as session:
        trees = _every_tree(session)
        asked = find_items(session, [column.item for column in file.mapping.items])
    return trees, {code: Question(*parts) for code, parts in asked.items()}


def _every_tree(session: Session) -> tuple[UnitTree, ...]:
    days = session.scalars(select(UnitTreeRow.valid_from).order_by(UnitTreeRow.valid_from)).all()
    if not days:
        raise StateError("There are no units yet. Run `pulse import units` first.")
    return tuple(tree_as_of(session, day) for day in days)


def _refuse_taken_months(session: Session, months: Sequence[Month]) -> None:
    released = {head.month for head in visible_releases(session)}
    taken = [str(month) for month in months if month in released]
    if taken:
        raise MonthsTakenError(
            f"Released before: {', '.join(taken)}. A month is released once and never again, "
            "because two versions of a figure could be compared. Leave these months out of the "
            "file, then run the import again. Nothing was imported."
        )


def _refuse_wave_months(stores: Transactions, months: Sequence[Month]) -> None:
    """Refuse months in which staff were asked by a wave: their answers come from its box alone."""
    with stores.registry() as session:
        waves = wave_months(session)
    taken = [str(month) for month in months if month in waves]
    if taken:
        raise MonthsTakenError(
            f"A wave is planned or was held in: {', '.join(taken)}. Its own release is the only "
            "one of its month. Leave these months out of the file, then run the import again. "
            "Nothing was imported."
        )


def _refuse_replaced(session: Session, staged: StagedHistory) -> None:
    """Refuse when what is staged now is not what was staged, because another import ran."""
    rows = session.execute(
        select(ReleaseRow.month, ReleaseRow.release_sha256, ReleaseRow.import_sha256)
    )
    found = {(month, release, file) for month, release, file in rows}
    file_sha256 = staged.counted.file.sha256
    if not found.issuperset((str(m), release, file_sha256) for m, release in staged.hashes.items()):
        raise StateError(
            "Another import ran at the same time. Nothing was imported. Run the import again."
        )


def _earlier_items(session: Session) -> dict[Month, tuple[ReleasedItem, ...]]:
    return {head.month: head.items for head in visible_releases(session)}


def _prepared_months(
    counted: CountedFile,
    policy: AnonymityPolicy,
    earlier: dict[Month, tuple[ReleasedItem, ...]],
) -> Iterator[PreparedRelease]:
    """Yield the months' releases, oldest first; each knows the spread of all earlier months."""
    constructs = {question.construct.code: question.construct for question in counted.questions}
    known = dict(earlier)
    for month in counted.months:
        before = [items for other, items in sorted(known.items()) if other < month]
        prepared = prepare_release(
            counted.tally(month),
            counted.tree(month),
            policy,
            constructs,
            source=Source.IMPORTED,
            earlier_spread=pooled_earlier(before),
        )
        known[month] = prepared.items
        yield prepared


def _outcome(counted: CountedFile, prepared: PreparedRelease) -> MonthOutcome:
    tally = counted.tally(prepared.month)
    shown = sum(cell.respondents is not None for cell in prepared.cells)
    return MonthOutcome(
        month=prepared.month,
        respondents=int(tally.respondents.sum()),
        units=len(set(tally.atoms)),
        shown=shown,
        hidden=len(prepared.cells) - shown,
        breakdowns=read_header(prepared.header).breakdowns,
    )


def _log_body(counted: CountedFile) -> dict[str, object]:
    breakdowns = [breakdown.code for breakdown in counted.breakdowns]
    return ({"breakdowns": breakdowns} if breakdowns else {}) | {
        "file_sha256": counted.file.sha256,
        "items": [
            {"code": question.item.code, "version": question.item.version}
            for question in counted.questions
        ],
        "months": [str(month) for month in counted.months],
        "origin": ORIGIN,
        "rows": counted.rows,
        "units": counted.units,
    }
