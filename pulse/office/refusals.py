"""Refused requests, written down by role and rule for the union auditor; never by person."""

from datetime import UTC, datetime

from pulse.app_context import current_stores
from pulse.office.tables import RefusalRow


def record_refusal(role: str, rule: str, page: str) -> None:
    """Write a refusal into the office store in a transaction of its own."""
    with current_stores().office() as session:
        session.add(RefusalRow(day=datetime.now(UTC).date(), role=role, rule=rule, page=page))
