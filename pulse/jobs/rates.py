"""The one figure of an open wave: how many of everybody took part, once a day, in coarse steps."""

from datetime import datetime, time

from sqlalchemy import func, select

from pulse.installation import Installation
from surveys.issuing import NO_MARK
from surveys.wave_tables import InvitationRow, PassMarkRow, WaveRateRow
from surveys.waves import Wave, descriptor_of

COUNTED_AT = time(7)
"""Hour of the day, where this machine stands."""


def count_rate(site: Installation, wave: Wave, now: datetime) -> bool:
    """Count passes issued of people invited, if it is due today; return whether it was.

    The figure is rounded down to the policy's steps, and there is none for fewer people than the
    policy says. It is the only thing about answering that exists while a wave is open.
    """
    if now.time() < COUNTED_AT or now.date() <= wave.opens_on:
        return False
    with site.stores.registry() as registry:
        policy = descriptor_of(registry, wave.code).policy
        known = registry.get(WaveRateRow, wave.code)
        if known is not None and known.counted_on >= now.date():
            return False
        marks = (
            select(func.count())
            .select_from(InvitationRow)
            .where(InvitationRow.wave_code == wave.code)
        )
        invited = registry.scalar(marks) or 0
        if invited < policy.open_rate_from_invited:
            return False
        issued = registry.scalar(
            marks.join(PassMarkRow, PassMarkRow.place == InvitationRow.mark_place).where(
                PassMarkRow.mark != NO_MARK
            )
        )
        percent = 100 * (issued or 0) // invited
        step = policy.response_rate_step
        registry.merge(
            WaveRateRow(wave_code=wave.code, percent=percent // step * step, counted_on=now.date())
        )
    return True
