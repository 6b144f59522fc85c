"""From the closing hour to the release and the destruction, in steps that can be done again.

Each step looks at what the one before has left, in the log and in the wave's state, so that a
close that was cut short anywhere ends the same. Two steps change places with the design: the sorted
ballot ids are logged before the boxes are destroyed, because afterwards nobody has them (ADR 0095).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain, islice
from pathlib import Path

from sqlalchemy import update

from analysis.archive import month_cells, visible_releases
from analysis.ballot_tally import BallotTally
from analysis.preparing import PreparedRelease
from analysis.publishing import discard_month, make_visible, prepare_release, stage, staged_months
from analysis.release import ShownCell, Source
from analysis.spread import pooled_earlier
from analysis.wave_gate import OPEN_GATE, Invitations, WaveGate
from pulse.installation import Installation
from pulse.jobs.counting import Count, processes_for
from pulse.jobs.preparing import box_paths, keys_of
from pulse.jobs.wave_log import log_once, wave_entries
from pulse.mail.mailings import stop_mailings
from surveys.ballot_format import BallotKind
from surveys.box import shut_box
from surveys.box_reading import read_ballots
from surveys.challenges import Challenge, challenges_of, refuse_unanswered, release_day
from surveys.custody import read_key
from surveys.descriptors import Descriptor
from surveys.destruction import destroy_box, destroy_wave_keys
from surveys.errors import StateError
from surveys.group_members import (
    forget_members,
    is_another_staged,
    people_who_stayed,
    wave_before,
)
from surveys.ledger.log import EntryKind, take_turn
from surveys.opening import all_ballot_ids, ballots_root
from surveys.preparing_waves import forget_invitations, pass_key_tree
from surveys.wave_states import WaveState, check_transition
from surveys.wave_tables import WaveRateRow, WaveRow
from surveys.waves import Wave, all_waves, descriptor_of, find_wave, set_state

FINISHED = frozenset({WaveState.RELEASED, WaveState.DESTROYED})
"""After these nothing is left to do but to destroy what was secret."""

BELOW = "below the threshold"
"""Stands in the log where fewer people answered than may ever be shown: no root, no number."""

_IDS_PER_ENTRY = 10_000


def close_wave(site: Installation, code: str, *, day: date) -> None:
    """Shut the boxes and log what is in them, as one hash over the sorted ballot ids.

    Where fewer people answered than the threshold, the log says only that: with a root and a
    receipt of one's own a person could try out whether there are two or three ballots.

    Raises:
        StateError: the wave is not open.
    """
    wave = _wave(site, code)
    if wave.state not in {WaveState.OPEN, WaveState.CLOSED}:
        check_transition(code, wave.state, WaveState.CLOSED)
    descriptor = _descriptor(site, code)
    boxes = box_paths(site, descriptor)
    for path in boxes.values():
        shut_box(path)
    body = {
        "wave": code,
        "descriptor_sha256": descriptor.sha256,
        "ballots_root": _root(descriptor, boxes.values()),
    }
    closed_on = log_once(site, EntryKind.CLOSED, body, day=day).day
    releases_on = closed_on + timedelta(days=descriptor.policy.challenge_days)
    with site.stores.office() as office:
        stop_mailings(office, code)
    with site.stores.registry() as registry:
        registry.execute(
            update(WaveRow)
            .where(WaveRow.code == code)
            .values(closed_on=closed_on, releases_on=releases_on)
        )
        rate = registry.get(WaveRateRow, code)
        if rate is not None:
            registry.delete(rate)
        set_state(registry, code, WaveState.CLOSED)


def stage_wave(site: Installation, code: str, *, day: date) -> None:
    """Open, count, protect and attack; store the release where nobody can see it.

    Where fewer people answered than the threshold, nothing can ever be shown: the wave is
    destroyed at once.

    Raises:
        StateError: the wave is not closed.
        ReleaseRefused: the release is not safe; the ballots stay, so that it can be tried again.
        CustodyError: this process cannot read the opening key.
    """
    wave = _wave(site, code)
    if wave.state is WaveState.STAGED:
        return
    check_transition(code, wave.state, WaveState.STAGED)
    descriptor = _descriptor(site, code)
    counted = _count(site, descriptor)
    if counted.respondents < descriptor.policy.shown_threshold:
        destroy_wave(site, code, day=day)
        return
    _refuse_other_release(site, wave)
    with site.stores.archive() as archive:
        stage(archive, _prepare(site, descriptor, counted), import_sha256=None)
    with site.stores.registry() as registry:
        set_state(registry, code, WaveState.STAGED)


def release_wave(site: Installation, code: str, *, day: date) -> None:
    """Log the release, which makes it visible, then destroy keys, boxes and invitations.

    Raises:
        StateError: the wave is not staged, the days for a challenge have not passed, or a
            challenge waits for HR's answer or was answered by giving up the wave.
    """
    wave = _wave(site, code)
    if wave.state is not WaveState.RELEASED:
        check_transition(code, wave.state, WaveState.RELEASED)
        _show(site, wave, day=day)
        with site.stores.registry() as registry:
            set_state(registry, code, WaveState.RELEASED)
    finish_wave(site, code, day=day)


def destroy_wave(site: Installation, code: str, *, day: date) -> None:
    """Give up a closed wave without a release: everything of it is destroyed and logged.

    Raises:
        StateError: the wave is not between close and release, or its release is out already.
    """
    wave = _wave(site, code)
    if wave.state is not WaveState.DESTROYED:
        check_transition(code, wave.state, WaveState.DESTROYED)
        if wave.state is WaveState.STAGED:
            with site.stores.archive() as archive:
                discard_month(archive, wave.month)
        with site.stores.registry() as registry:
            set_state(registry, code, WaveState.DESTROYED)
    finish_wave(site, code, day=day)


def give_up_wave(site: Installation, code: str, *, day: date) -> None:
    """Destroy a closed wave because HR wants it; a challenge has to be answered first.

    Raises:
        StateError: the wave cannot be destroyed, or the union has challenged it and no answer says
            why it is given up.
    """
    with site.stores.archive() as archive:
        refuse_unanswered(challenges_of(archive, code), day)
    destroy_wave(site, code, day=day)


def finish_wave(site: Installation, code: str, *, day: date) -> None:
    """Destroy keys, boxes and invitations of a released or given-up wave, then log it, once.

    Raises:
        StateError: the wave is neither released nor destroyed.
    """
    wave = _wave(site, code)
    if wave.state not in FINISHED:
        raise StateError(f"{wave.title} has not come to its end, so nothing of it is destroyed.")
    if is_cleaned_up(site, code):
        return
    if wave.state is WaveState.RELEASED:
        _publish_ids(site, code, day=day)
    descriptor = _descriptor(site, code)
    boxes = box_paths(site, descriptor)
    destroy_wave_keys(keys_of(site, code))
    for path in boxes.values():
        destroy_box(path)
    with site.stores.office() as office:
        stop_mailings(office, code)  # once more, should a mailing have begun during the close
    with site.stores.registry() as registry:
        forget_invitations(registry, code)
        forget_members(registry)
    body = {
        "wave": code,
        "descriptor_sha256": descriptor.sha256,
        "is_released": wave.state is WaveState.RELEASED,
        "boxes": sorted(boxes),
        "invitations": descriptor.invited,
        "opening_keys": 1,
        "pass_keys": descriptor.keys,
        "invitation_keys": 1,
    }
    log_once(site, EntryKind.DESTROYED, body, day=day)


def is_cleaned_up(site: Installation, code: str) -> bool:
    """Return whether the destruction of a wave's keys and boxes is logged."""
    with site.stores.archive() as archive:
        return bool(wave_entries(archive, EntryKind.DESTROYED, code))


def _count(site: Installation, descriptor: Descriptor) -> BallotTally:
    opening_key = read_key(keys_of(site, descriptor.code).opening)
    with site.stores.registry() as registry:
        leaves = pass_key_tree(registry, descriptor.code).leaves
    count = Count(tuple(box_paths(site, descriptor).values()), descriptor, leaves, opening_key)
    return count.whole(processes=processes_for(descriptor.invited))


def _prepare(site: Installation, descriptor: Descriptor, counted: BallotTally) -> PreparedRelease:
    with site.stores.archive() as archive:
        heads = visible_releases(archive)
    return prepare_release(
        counted.tally,
        descriptor.tree,
        descriptor.policy,
        descriptor.instrument.constructs,
        source=Source.WAVE,
        earlier_spread=pooled_earlier(
            head.items for head in heads if head.month < descriptor.month
        ),
        invitations=Invitations(
            {group.unit: group.invited for group in descriptor.groups},
            _gate(site, descriptor),
        ),
    )


def _gate(site: Installation, descriptor: Descriptor) -> WaveGate:
    """Return what the wave is compared with: the wave released before it."""
    with site.stores.registry() as registry:
        code = wave_before(registry, descriptor.code)
        if is_another_staged(registry, descriptor.code):
            return WaveGate(is_closed=True)
        if code is None:
            return OPEN_GATE
        before = descriptor_of(registry, code)
        stayed = people_who_stayed(registry, before, descriptor)
    with site.stores.archive() as archive:
        cells = month_cells(archive, before.month)
    shown = {unit: entry.cell for unit, entry in cells.items()}
    return WaveGate(
        stayed,
        {unit: cell.respondents for unit, cell in shown.items() if isinstance(cell, ShownCell)},
    )


def _root(descriptor: Descriptor, boxes: Collection[Path]) -> str:
    threshold = descriptor.policy.shown_threshold
    scores = chain.from_iterable(read_ballots(path, BallotKind.SCORES) for path in boxes)
    if sum(1 for _ in islice(scores, threshold)) < threshold:
        return BELOW
    return ballots_root(all_ballot_ids(boxes))


def _refuse_other_release(site: Installation, wave: Wave) -> None:
    """Refuse where another wave or a file has given results to the month."""
    with site.stores.archive() as archive:
        is_taken = wave.month in {head.month for head in visible_releases(archive)}
    with site.stores.registry() as registry:
        is_taken |= any(
            other.month == wave.month and other.state is WaveState.STAGED
            for other in all_waves(registry)
            if other.code != wave.code
        )
    if is_taken:
        raise StateError(
            f"{wave.month.words} has results already, so {wave.title} cannot have its own. Its "
            "answers stay sealed until you destroy it."
        )


def _show(site: Installation, wave: Wave, *, day: date) -> None:
    """Make the wave's release visible; one that was made visible before a cut stays so.

    The turn in the log is taken before looking, so that no challenge comes in between.
    """
    with site.stores.archive() as archive:
        take_turn(archive)
        if wave.month in staged_months(archive):
            challenges = challenges_of(archive, wave.code)
            _refuse_before_its_day(wave, challenges, day)
            places = [each.place for each in challenges]
            make_visible(archive, [wave.month], signer=site.signer, day=day, challenges=places)
            return
        sources = {head.month: head.source for head in visible_releases(archive)}
    if sources.get(wave.month) is not Source.WAVE:
        raise StateError(
            f"The prepared results of {wave.title} are missing. Nothing was released or destroyed."
        )


def _refuse_before_its_day(wave: Wave, challenges: Sequence[Challenge], day: date) -> None:
    if wave.releases_on is None:
        raise StateError(f"{wave.title} has no day for its results, so they stay where they are.")
    due = release_day(wave.releases_on, challenges)
    if due is None:
        raise StateError(f"HR has given up {wave.title}, so it has no results to release.")
    if day < due:
        awaits = any(each.awaits_answer(day) for each in challenges)
        why = (
            "unless HR answers the union's challenge before."
            if awaits
            else "after the days in which the union can object."
        )
        raise StateError(f"The results of {wave.title} come out on {due}, {why}")


def _publish_ids(site: Installation, code: str, *, day: date) -> None:
    """Log the sorted ballot ids while the boxes are there; a receipt can be looked up in them.

    Raises:
        StateError: they are not the ballots that the close has logged; nothing is destroyed.
    """
    with site.stores.archive() as archive:
        logged = wave_entries(archive, EntryKind.BALLOT_IDS, code)
        closed = wave_entries(archive, EntryKind.CLOSED, code)
    if logged and logged[0].body["parts"] == len(logged):
        return  # and perhaps a box is gone already
    ids = all_ballot_ids(_boxes(site, code).values())
    if [entry.body["ballots_root"] for entry in closed] != [ballots_root(ids)]:
        raise StateError(
            f"The ballots of wave {code} are not those of its close. Nothing was destroyed."
        )
    parts = [ids[start : start + _IDS_PER_ENTRY] for start in range(0, len(ids), _IDS_PER_ENTRY)]
    for part, some in enumerate(parts, start=1):
        body = {"wave": code, "part": part, "parts": len(parts), "ids": list(some)}
        log_once(site, EntryKind.BALLOT_IDS, body, day=day)


def _wave(site: Installation, code: str) -> Wave:
    with site.stores.registry() as registry:
        return find_wave(registry, code)


def _descriptor(site: Installation, code: str) -> Descriptor:
    with site.stores.registry() as registry:
        return descriptor_of(registry, code)


def _boxes(site: Installation, code: str) -> Mapping[str, Path]:
    return box_paths(site, _descriptor(site, code))
