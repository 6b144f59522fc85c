"""The policy as entries of the log: the newest one is in force, the earlier ones stay readable."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from surveys.errors import StateError
from surveys.ledger.log import EntryKind, LogEntry, append, entries
from surveys.ledger.signing import LogSigner
from surveys.policy import AnonymityPolicy


@dataclass(frozen=True, slots=True)
class LoggedPolicy:
    """A policy with the day and the place (from 0) of the entry that put it in force."""

    policy: AnonymityPolicy
    day: date
    place: int


def policy_history(session: Session) -> tuple[LoggedPolicy, ...]:
    """Return every policy that was ever in force, oldest first (archive session)."""
    return tuple(
        LoggedPolicy(AnonymityPolicy.from_document(entry.body), entry.day, entry.place)
        for entry in entries(session, kinds=[EntryKind.POLICY])
    )


def policy_in_force(session: Session) -> AnonymityPolicy:
    """Return the newest policy (archive session).

    Raises:
        StateError: no policy was ever recorded.
    """
    history = policy_history(session)
    if not history:
        raise StateError("No anonymity policy is set yet. Run `pulse init` first.")
    return history[-1].policy


def record_policy(
    session: Session, policy: AnonymityPolicy, *, signer: LogSigner, day: date
) -> LogEntry:
    """Put a policy in force and return its entry; the same again adds none (archive session).

    Raises:
        StateError: a wave is prepared under the policy in force, or a release exists, so that a
            change needs both keys.
    """
    logged = entries(session, kinds=[EntryKind.POLICY])
    if logged and AnonymityPolicy.from_document(logged[-1].body) == policy:
        return logged[-1]
    if entries(session, kinds=[EntryKind.RELEASE]):
        raise StateError(
            "Results were already released under the policy in force. Changing it now needs "
            "both keys, the employer's and the union's, so it stays as it is."
        )
    if waves_under_way(session):
        raise StateError(
            "A wave is prepared or open under the policy in force. It stays as it is until that "
            "wave is released, destroyed or cancelled."
        )
    return append(session, EntryKind.POLICY, policy.as_document(), signer=signer, day=day)


def waves_under_way(session: Session) -> frozenset[str]:
    """Return the codes of waves that were prepared and have not come to their end (archive)."""
    ends = (EntryKind.CANCELLED, EntryKind.DESTROYED)
    under_way: set[str] = set()
    for entry in entries(session, kinds=[EntryKind.PREPARED, *ends]):
        change = under_way.discard if entry.kind in ends else under_way.add
        change(str(entry.body["wave"]))
    return frozenset(under_way)
