"""The union's challenges that are printed on releases, read for the pages of results.

A release names them in its own log entry, under the same signature as its hash; what is printed is
what those entries say, and nothing else.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from analysis.release import ReleaseHead
from surveys.challenges import Challenge, all_challenges
from surveys.ledger.log import EntryKind, entries
from surveys.months import Month


def printed_challenges(
    session: Session, heads: Sequence[ReleaseHead]
) -> Mapping[Month, tuple[Challenge, ...]]:
    """Return the challenges printed on each of these releases; months without any are absent.

    Args:
        session: an archive session.
        heads: visible releases.
    """
    raised = {each.place: each for each in all_challenges(session)}
    if not raised:
        return {}
    named = {
        entry.place: entry.body.get("challenges")
        for entry in entries(session, kinds=[EntryKind.RELEASE])
    }
    found: dict[Month, tuple[Challenge, ...]] = {}
    for head in heads:
        places = named.get(head.log_place)
        if isinstance(places, list):
            found[head.month] = tuple(raised[place] for place in places)
    return found
