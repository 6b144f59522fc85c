"""The anonymity policy in force, for pages of every zone; the log is the only place it lies in."""

from sqlalchemy.orm import Session

from surveys.policy import AnonymityPolicy
from surveys.policy_log import policy_history


def rules_in_force(session: Session) -> AnonymityPolicy | None:
    """Return the newest logged policy (archive session); None before `pulse init` wrote one."""
    history = policy_history(session)
    return history[-1].policy if history else None
