"""Waves: what is asked when, from the first draft to the release.

Every function takes a session of the registry and leaves the transaction to its caller.
"""

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from string import ascii_lowercase

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from surveys.breakdown_questions import declared_breakdowns, refuse_too_often
from surveys.calendar import check_distance, check_field_period
from surveys.descriptors import Descriptor, read_descriptor
from surveys.errors import StateError
from surveys.instruments import ItemCode
from surveys.months import Month
from surveys.own_questions import refuse_too_many_own
from surveys.packs import find_items
from surveys.policy import AnonymityPolicy
from surveys.wave_states import WaveKind, WaveState, check_transition
from surveys.wave_tables import ReportingGroupRow, WaveRateRow, WaveRow, WaveWishRow

_ONE_OFF_CODE = re.compile(r"[a-z][a-z0-9-]{2,30}")
_LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class WavePlan:
    """What HR decides about a wave; `title` is what staff read, "" for the month's name."""

    kind: WaveKind
    opens_on: date
    closes_on: date
    items: tuple[ItemCode, ...]
    title: str = ""
    code: str = ""
    breakdowns: tuple[str, ...] = ()

    @property
    def month(self) -> Month:
        """A wave belongs to the month in which it opens."""
        return Month.of(self.opens_on)


@dataclass(frozen=True, slots=True)
class Wave:
    """One wave as it stands. `keys_needed` is 0 until it is being prepared."""

    code: str
    kind: WaveKind
    month: Month
    title: str
    state: WaveState
    opens_on: date
    closes_on: date
    items: tuple[ItemCode, ...]
    keys_needed: int
    keys_made: int
    descriptor_sha256: str | None
    closed_on: date | None
    releases_on: date | None
    breakdowns: tuple[str, ...] = ()

    @property
    def questions(self) -> int:
        """How many questions it asks, breakdown questions too."""
        return len(self.items) + len(self.breakdowns)

    @property
    def is_free_draft(self) -> bool:
        """Whether nothing of it is frozen yet."""
        return self.state is WaveState.DRAFT and not self.is_being_prepared

    @property
    def is_under_way(self) -> bool:
        """Whether it is anywhere between the first key and the release."""
        waiting = {WaveState.PREPARED, WaveState.OPEN, WaveState.CLOSED, WaveState.STAGED}
        return self.is_being_prepared or self.state in waiting

    @property
    def is_being_prepared(self) -> bool:
        return self.state is WaveState.DRAFT and self.keys_needed > 0


def all_waves(session: Session) -> tuple[Wave, ...]:
    """Return every wave, by the day on which it opens."""
    rows = session.scalars(select(WaveRow).order_by(WaveRow.opens_on, WaveRow.code))
    return tuple(_wave(row) for row in rows)


def find_wave(session: Session, code: str) -> Wave:
    """Return one wave.

    Raises:
        StateError: there is none of this code.
    """
    return _wave(_row(session, code))


def wave_months(session: Session) -> frozenset[Month]:
    """Return the months that have a wave; cancelled and destroyed ones leave them free."""
    return frozenset(
        wave.month
        for wave in all_waves(session)
        if wave.state not in {WaveState.CANCELLED, WaveState.DESTROYED}
    )


def invited_of(session: Session) -> dict[str, int]:
    """Return how many people were invited, by the code of each wave that was prepared."""
    rows = session.execute(
        select(ReportingGroupRow.wave_code, func.sum(ReportingGroupRow.invited)).group_by(
            ReportingGroupRow.wave_code
        )
    )
    return {code: int(invited) for code, invited in rows}


def rates_of(session: Session) -> dict[str, int]:
    """Return the one daily figure (percent) of each open wave that has one."""
    rows = session.execute(
        select(WaveRateRow.wave_code, WaveRateRow.percent)
        .join(WaveRow, WaveRow.code == WaveRateRow.wave_code)
        .where(WaveRow.state == WaveState.OPEN.value)
    )
    return {code: percent for code, percent in rows}  # noqa: C416 - typed rows


def descriptor_of(session: Session, code: str) -> Descriptor:
    """Return the frozen descriptor of a wave.

    Raises:
        StateError: there is no such wave, or it is not prepared yet.
    """
    row = _row(session, code)
    if row.descriptor is None or row.annex is None:
        raise StateError(f"Wave {code} is not prepared yet.")
    return read_descriptor(row.descriptor, row.annex)


def create_draft(
    session: Session, plan: WavePlan, *, policy: AnonymityPolicy, released: Collection[Month]
) -> Wave:
    """Add a draft and return it.

    Args:
        session: of the registry.
        plan: what HR decided.
        policy: in force; its days between openings and most questions hold.
        released: the months that have a release, so that no wave is possible in them.

    Raises:
        StateError: a rule is broken; the message names it.
        UnknownItemError: no known instrument holds one of the questions.
    """
    _check_plan(session, plan, policy=policy, released=released, but="")
    code = _free_code(session, plan)
    row = WaveRow(
        code=code, state=WaveState.DRAFT.value, keys_needed=0, keys_made=0, **_columns(plan)
    )
    session.add(row)
    session.flush()
    return _wave(row)


def change_draft(
    session: Session,
    code: str,
    plan: WavePlan,
    *,
    policy: AnonymityPolicy,
    released: Collection[Month],
) -> Wave:
    """Change a draft that is not being prepared yet, and return it.

    A monthly draft that is moved to another month gets that month's code.

    Raises:
        StateError: it is no draft any more, or a rule is broken.
    """
    wave = find_wave(session, code)
    refuse_unless_free_draft(wave)
    _check_plan(session, plan, policy=policy, released=released, but=code)
    row = _row(session, code)
    if wave.kind is not plan.kind or (wave.kind is WaveKind.MONTHLY and wave.month != plan.month):
        delete_draft(session, code)
        session.expire_all()
        return create_draft(session, plan, policy=policy, released=released)
    for name, value in _columns(plan).items():
        setattr(row, name, value)
    session.flush()
    return _wave(row)


def delete_draft(session: Session, code: str) -> None:
    """Remove a draft that is not being prepared; nothing of it was ever logged.

    Raises:
        StateError: it is no such draft.
    """
    refuse_unless_free_draft(find_wave(session, code))
    session.execute(delete(WaveWishRow).where(WaveWishRow.wave_code == code))
    session.execute(delete(WaveRow).where(WaveRow.code == code))


def set_state(session: Session, code: str, after: WaveState) -> None:
    """Move a wave on; the same state again changes nothing.

    Raises:
        StateError: no wave may take this step.
    """
    row = _row(session, code, is_locked=True)
    before = WaveState(row.state)
    if before is after:
        return
    check_transition(code, before, after)
    row.state = after.value
    session.flush()


def refuse_unless_free_draft(wave: Wave) -> None:
    """Refuse what is possible only while nothing about the wave is frozen.

    Raises:
        StateError: it is prepared, or being prepared.
    """
    if not wave.is_free_draft:
        raise StateError(
            f"{wave.title} can no longer be changed: its questions and groups are frozen. "
            "Cancel it and plan another one."
        )


def _check_plan(
    session: Session,
    plan: WavePlan,
    *,
    policy: AnonymityPolicy,
    released: Collection[Month],
    but: str,
) -> None:
    check_field_period(plan.opens_on, plan.closes_on)
    if len(plan.title) > _LONGEST_TITLE or not plan.title.isprintable():
        raise StateError(f"A title is one line of at most {_LONGEST_TITLE} letters.")
    questions = len(plan.items) + len(plan.breakdowns)
    if not plan.items or questions > policy.most_questions:
        raise StateError(
            f"A wave asks 1 to {policy.most_questions} questions; this one has {questions}."
            if plan.items or not plan.breakdowns
            else "A wave asks at least one question beside breakdown questions."
        )
    if len(set(plan.items)) != len(plan.items):
        raise StateError("A question stands twice. Take one of them out.")
    find_items(session, plan.items)
    refuse_too_many_own(session, plan.items)
    others = [wave for wave in _alive(all_waves(session)) if wave.code != but]
    _check_month(plan.month, others, released)
    check_distance(
        plan.opens_on,
        (wave.opens_on for wave in others),
        days_between=policy.days_between_openings,
    )
    if plan.breakdowns:
        declared_breakdowns(policy, plan.breakdowns)
        refuse_too_often(plan.opens_on, _asked_breakdowns(others))


def check_breakdowns(session: Session, wave: Wave) -> None:
    """Check once more how often breakdown questions are asked, before a wave opens.

    Only waves that staff could answer count now: those planned between may have been cancelled.

    Raises:
        StateError: the last ones were asked too recently.
    """
    if wave.breakdowns:
        unopened = {WaveState.DRAFT, WaveState.PREPARED}
        others = [other for other in _alive(all_waves(session)) if other.code != wave.code]
        refuse_too_often(
            wave.opens_on, _asked_breakdowns(each for each in others if each.state not in unopened)
        )


def breakdowns_asked(session: Session, *, but: str | None = None) -> list[tuple[date, bool]]:
    """Return of every wave but one and the cancelled its opening day and if it asks breakdowns."""
    return _asked_breakdowns(wave for wave in _alive(all_waves(session)) if wave.code != but)


def _asked_breakdowns(waves: Iterable[Wave]) -> list[tuple[date, bool]]:
    return [(wave.opens_on, bool(wave.breakdowns)) for wave in waves]


def _check_month(month: Month, others: Iterable[Wave], released: Collection[Month]) -> None:
    """Refuse a second wave of a month: its results are one release, of one set of answers."""
    if month in released:
        raise StateError(f"{month.words} has results already. Choose a day in another month.")
    taken = [wave for wave in others if wave.month == month]
    if taken:
        raise StateError(
            f"{month.words} has a wave already, {taken[0].title}. One wave per month: choose a day "
            "in another month."
        )


def _alive(waves: Iterable[Wave]) -> Iterable[Wave]:
    return (wave for wave in waves if wave.state is not WaveState.CANCELLED)


def _free_code(session: Session, plan: WavePlan) -> str:
    """Return the month, or the month with a letter where a cancelled wave has its plain name."""
    if plan.kind is WaveKind.ONE_OFF:
        if not _ONE_OFF_CODE.fullmatch(plan.code):
            raise StateError(
                "A one-off pulse has a code of 3 to 31 small letters, digits and dashes, "
                "beginning with a letter."
            )
        if session.get(WaveRow, plan.code) is not None:
            raise StateError(f"The code {plan.code!r} is taken. Choose another one.")
        return plan.code
    codes = [str(plan.month), *(f"{plan.month}-{letter}" for letter in ascii_lowercase[1:])]
    return next(code for code in codes if session.get(WaveRow, code) is None)


def _columns(plan: WavePlan) -> dict[str, object]:
    return {
        "kind": plan.kind.value,
        "month": str(plan.month),
        "title": plan.title.strip() or plan.month.words,
        "opens_on": plan.opens_on,
        "closes_on": plan.closes_on,
        "questions": json.dumps(plan.items),
        "breakdowns": json.dumps(plan.breakdowns),
    }


def _row(session: Session, code: str, *, is_locked: bool = False) -> WaveRow:
    row = session.get(WaveRow, code, with_for_update=is_locked or None, populate_existing=True)
    if row is None:
        raise StateError(f"There is no wave {code!r}.")
    return row


def _wave(row: WaveRow) -> Wave:
    return Wave(
        code=row.code,
        kind=WaveKind(row.kind),
        month=Month.parse(row.month),
        title=row.title,
        state=WaveState(row.state),
        opens_on=row.opens_on,
        closes_on=row.closes_on,
        items=tuple(ItemCode(code) for code in json.loads(row.questions)),
        keys_needed=row.keys_needed,
        keys_made=row.keys_made,
        descriptor_sha256=row.descriptor_sha256,
        closed_on=row.closed_on,
        releases_on=row.releases_on,
        breakdowns=tuple(json.loads(row.breakdowns)),
    )
