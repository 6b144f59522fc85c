"""Refused requests, written down by role and rule for the union auditor; never by person."""

from datetime import UTC, date, datetime

from sqlalchemy import select

from pulse.app_context import current_stores
from pulse.office.tables import RefusalRow
from pulse.refusals import Refusal


def record_refusal(role: str, rule: str, page: str) -> None:
    """Write a refusal into the office store in a transaction of its own."""
    with current_stores().office() as session:
        session.add(RefusalRow(day=datetime.now(UTC).date(), role=role, rule=rule, page=page))


def read_refusals(since: date) -> tuple[Refusal, ...]:
    """Return the refusals since the day, newest first."""
    with current_stores().office() as session:
        rows = session.scalars(
            select(RefusalRow)
            .where(RefusalRow.day >= since)
            .order_by(RefusalRow.day.desc(), RefusalRow.role, RefusalRow.rule)
        )
        return tuple(Refusal(row.day, row.role, row.rule) for row in rows)
