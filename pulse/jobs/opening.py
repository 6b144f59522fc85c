"""Opening, extending and cancelling a wave: the log first, then the boxes, the state last."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import update

from pulse.installation import Installation
from pulse.jobs.preparing import box_paths, keys_of
from pulse.jobs.wave_log import log_once
from pulse.mail.mailings import add_reminders, plan_mailings
from surveys.box import open_box
from surveys.calendar import LONGEST_EXTENSION_DAYS, check_field_period
from surveys.custody import destroy_file, destroy_wave_folder
from surveys.errors import StateError
from surveys.group_members import forget_members
from surveys.ledger.log import EntryKind
from surveys.preparing_waves import forget_invitations
from surveys.wave_states import WaveState, check_transition
from surveys.wave_tables import WaveRow
from surveys.waves import (
    Wave,
    check_breakdowns,
    delete_draft,
    descriptor_of,
    find_wave,
    set_state,
)


def open_wave(site: Installation, code: str, *, day: date, served: Mapping[str, str]) -> None:
    """Let staff answer a prepared wave; an open wave stays open.

    Args:
        site: the installation.
        code: of the wave.
        day: today.
        served: SHA-256 by name of every file that the answering page is made of.

    Raises:
        StateError: the wave is not prepared, its closing day has passed, or it asks breakdown
            questions too soon after others.
    """
    with site.stores.registry() as registry:
        wave = find_wave(registry, code)
        if wave.state is WaveState.OPEN:
            return
        check_transition(code, wave.state, WaveState.OPEN)
        check_breakdowns(registry, wave)
        descriptor = descriptor_of(registry, code)
    if day >= wave.closes_on:
        raise StateError(
            f"{wave.title} would close on {wave.closes_on}, which is not after today. Cancel it "
            "and plan another one."
        )
    log_once(site, EntryKind.SERVED, {"wave": code, "files": dict(served)}, day=day)
    log_once(site, EntryKind.OPENED, _dates(wave, descriptor.sha256), day=day)
    for path in box_paths(site, descriptor).values():
        open_box(path)
    with site.stores.office() as office:
        plan_mailings(office, code, opened_on=day, closes_on=wave.closes_on)
    with site.stores.registry() as registry:
        set_state(registry, code, WaveState.OPEN)


def extend_wave(site: Installation, code: str, closes_on: date, *, day: date) -> None:
    """Give staff more days; the first closing day stays in the log.

    Raises:
        StateError: the wave is not open, or the new day is not later or too far away.
    """
    with site.stores.registry() as registry:
        wave = find_wave(registry, code)
        sha256 = descriptor_of(registry, code).sha256
    latest = wave.closes_on + timedelta(days=LONGEST_EXTENSION_DAYS)
    if wave.state is not WaveState.OPEN:
        raise StateError(f"{wave.title} is not open, so it cannot be extended.")
    if not wave.closes_on < closes_on <= latest:
        raise StateError(
            f"The new closing day must be after {wave.closes_on} and not after {latest}."
        )
    check_field_period(wave.opens_on, closes_on)
    body = _dates(wave, sha256) | {"closes_on": closes_on.isoformat()}
    log_once(site, EntryKind.EXTENDED, body, day=day)
    with site.stores.office() as office:
        add_reminders(office, code, closes_on=closes_on)
    with site.stores.registry() as registry:
        registry.execute(update(WaveRow).where(WaveRow.code == code).values(closes_on=closes_on))


def cancel_wave(site: Installation, code: str, *, day: date) -> None:
    """Give up a wave that has not opened: a draft vanishes, a prepared one is logged.

    Raises:
        StateError: it has opened already.
    """
    with site.stores.registry() as registry:
        wave = find_wave(registry, code)
        if wave.state is WaveState.DRAFT and not wave.is_being_prepared:
            delete_draft(registry, code)
            return
    check_transition(code, wave.state, WaveState.CANCELLED)
    if wave.state is WaveState.PREPARED:
        body = {"wave": code, "descriptor_sha256": wave.descriptor_sha256}
        log_once(site, EntryKind.CANCELLED, body, day=day)
    _destroy_what_was_made(site, wave)
    with site.stores.registry() as registry:
        forget_invitations(registry, code)
        set_state(registry, code, WaveState.CANCELLED)
        forget_members(registry)


def _destroy_what_was_made(site: Installation, wave: Wave) -> None:
    keys = keys_of(site, wave.code)
    destroy_wave_folder(keys)
    destroy_file(keys.opening)
    if wave.descriptor_sha256 is None:
        return
    with site.stores.registry() as registry:
        descriptor = descriptor_of(registry, wave.code)
    for path in box_paths(site, descriptor).values():
        path.unlink(missing_ok=True)


def _dates(wave: Wave, descriptor_sha256: str) -> dict[str, object]:
    return {
        "wave": wave.code,
        "descriptor_sha256": descriptor_sha256,
        "opens_on": wave.opens_on.isoformat(),
        "closes_on": wave.closes_on.isoformat(),
    }
