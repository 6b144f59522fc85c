"""The policy in the log: the newest is in force, and a release freezes it."""

from datetime import date

import pytest

from pulse.stores import Stores
from surveys.errors import StateError
from surveys.ledger.log import EntryKind, append, entries
from surveys.ledger.signing import LogSigner
from surveys.policy import AnonymityPolicy, Breakdown
from surveys.policy_log import LoggedPolicy, policy_history, policy_in_force, record_policy

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
TEN = AnonymityPolicy()
EIGHT = AnonymityPolicy(threshold=8, breakdowns=(Breakdown("site", "Site", ("North", "South")),))


def test_without_a_policy_nothing_is_in_force(stores: Stores) -> None:
    with stores.archive() as session:
        assert policy_history(session) == ()
        with pytest.raises(StateError, match="Run `pulse init`"):
            policy_in_force(session)


def test_the_newest_policy_is_in_force_and_the_earlier_ones_stay(
    any_stores: Stores, signer: LogSigner
) -> None:
    for policy, day in ((TEN, MONDAY), (EIGHT, TUESDAY)):
        with any_stores.archive() as session:
            record_policy(session, policy, signer=signer, day=day)
    with any_stores.archive() as session:
        assert policy_in_force(session) == EIGHT
        assert policy_history(session) == (
            LoggedPolicy(TEN, MONDAY, 0),
            LoggedPolicy(EIGHT, TUESDAY, 1),
        )


def test_the_same_policy_again_adds_no_entry(stores: Stores, signer: LogSigner) -> None:
    with stores.archive() as session:
        first = record_policy(session, EIGHT, signer=signer, day=MONDAY)
        assert record_policy(session, EIGHT, signer=signer, day=TUESDAY) == first
        assert len(entries(session)) == 1


def test_a_release_freezes_the_policy_until_there_are_two_keys(
    stores: Stores, signer: LogSigner
) -> None:
    with stores.archive() as session:
        record_policy(session, TEN, signer=signer, day=MONDAY)
        append(session, EntryKind.RELEASE, {}, signer=signer, day=MONDAY)
        with pytest.raises(StateError, match="both keys"):
            record_policy(session, EIGHT, signer=signer, day=TUESDAY)
        assert record_policy(session, TEN, signer=signer, day=TUESDAY).place == 0
