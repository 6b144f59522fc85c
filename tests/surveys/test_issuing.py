"""Issuing passes: one of each kind per invitation, however and how often somebody asks."""

import hashlib
import threading
from collections.abc import Callable, Mapping

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pulse.stores import Stores
from surveys.ballot_format import BallotKind
from surveys.blind_rsa import BlindedMessageError, PassKey, SigningFaultError, UnblindingError
from surveys.issuing import (
    NO_MARK,
    PassRefused,
    Refusal,
    find_invitation,
    mark_of,
    sign_passes,
    take_mark,
)
from surveys.units import UnitCode
from surveys.wave_states import WaveState
from surveys.wave_tables import InvitationRow, PassMarkRow
from tests.surveys.issuing_kit import (
    WAVE,
    Blinded,
    IssuingDesk,
    begin,
    blinded_of,
    key_of,
    open_desk,
)

AT_ONCE = 20


@pytest.fixture
def desk(any_stores: Stores) -> IssuingDesk:
    return open_desk(any_stores)


def refusal_of(desk: IssuingDesk, secret: str, blinded: Blinded) -> Refusal:
    with pytest.raises(PassRefused) as raised:
        desk.ask(secret, blinded)
    return raised.value.refusal


def marks_of(desk: IssuingDesk) -> list[bytes]:
    with desk.stores.registry() as registry:
        rows = registry.scalars(select(PassMarkRow).order_by(PassMarkRow.place))
        return [bytes(row.mark) for row in rows]


def test_an_invitation_leads_to_its_wave_group_and_box(desk: IssuingDesk) -> None:
    with desk.stores.registry() as registry:
        found = find_invitation(registry, desk.secrets[1])
    assert found is not None
    assert (found.wave_code, found.state) == (WAVE, WaveState.OPEN)
    assert (found.unit_code, found.box_part) == ("harbour", "all")
    assert not found.is_used


def test_an_open_wave_s_invitation_gives_one_pass_of_each_kind(desk: IssuingDesk) -> None:
    pending = begin()
    signed = desk.ask(desk.secrets[0], blinded_of(pending))
    assert set(signed) == set(BallotKind)
    for kind, each in pending.items():
        assert each.finish(signed[kind]).kind is kind


def test_the_passes_are_of_the_invitation_s_own_group(desk: IssuingDesk) -> None:
    pending = begin("town")
    signed = desk.ask(desk.secrets[1], blinded_of(begin("harbour")))  # of the harbour
    for kind, each in pending.items():
        with pytest.raises(UnblindingError):
            each.finish(signed[kind])


def test_the_mark_is_the_hash_of_what_was_signed_and_of_nothing_else(desk: IssuingDesk) -> None:
    blinded = blinded_of(begin())
    desk.ask(desk.secrets[0], blinded)
    both = blinded[BallotKind.SCORES] + blinded[BallotKind.COMMENT]
    assert marks_of(desk) == [hashlib.sha256(both).digest(), NO_MARK, NO_MARK, NO_MARK]


def test_the_same_messages_again_give_the_same_signatures(desk: IssuingDesk) -> None:
    blinded = blinded_of(begin())
    first = desk.ask(desk.secrets[0], blinded)
    assert desk.ask(desk.secrets[0], blinded) == first


def test_other_messages_are_refused_once_passes_were_issued(desk: IssuingDesk) -> None:
    desk.ask(desk.secrets[0], blinded_of(begin()))
    mark = desk.mark(desk.secrets[0])
    assert refusal_of(desk, desk.secrets[0], blinded_of(begin())) is Refusal.USED
    assert desk.mark(desk.secrets[0]) == mark


def test_what_is_refused_is_not_even_signed(desk: IssuingDesk) -> None:
    desk.ask(desk.secrets[0], blinded_of(begin()))
    with desk.stores.registry() as registry:
        found = find_invitation(registry, desk.secrets[0])
    with pytest.raises(PassRefused):
        sign_passes(found, blinded_of(begin()), key_of=no_key)


def no_key(_wave: str, _unit: UnitCode, _kind: BallotKind) -> PassKey:
    raise AssertionError("a key was used")


@pytest.mark.parametrize("kind", BallotKind)
def test_a_second_pass_of_one_kind_is_refused_too(desk: IssuingDesk, kind: BallotKind) -> None:
    blinded = blinded_of(begin())
    desk.ask(desk.secrets[0], blinded)
    changed = {**blinded, kind: begin()[kind].blinded}
    assert refusal_of(desk, desk.secrets[0], changed) is Refusal.USED


def test_the_kinds_cannot_be_exchanged_under_one_mark(desk: IssuingDesk) -> None:
    blinded = blinded_of(begin())
    desk.ask(desk.secrets[0], blinded)
    scores, comment = blinded[BallotKind.SCORES], blinded[BallotKind.COMMENT]
    exchanged = {BallotKind.SCORES: comment, BallotKind.COMMENT: scores}
    assert refusal_of(desk, desk.secrets[0], exchanged) is Refusal.USED


def test_the_passes_of_one_person_take_nothing_from_another(desk: IssuingDesk) -> None:
    desk.ask(desk.secrets[0], blinded_of(begin()))
    assert desk.ask(desk.secrets[2], blinded_of(begin()))


@pytest.mark.parametrize("secret", ["A" * 16, "", "a" * 5000, "%", "' OR 1=1 --"])
def test_a_secret_that_nobody_has_is_unknown(desk: IssuingDesk, secret: str) -> None:
    assert refusal_of(desk, secret, blinded_of(begin())) is Refusal.UNKNOWN


def test_a_wave_that_is_not_open_yet_issues_nothing(desk: IssuingDesk) -> None:
    for state in (WaveState.DRAFT, WaveState.PREPARED):
        desk.set_state(state)
        assert refusal_of(desk, desk.secrets[0], blinded_of(begin())) is Refusal.NOT_YET
    assert set(marks_of(desk)) == {NO_MARK}


@pytest.mark.parametrize("state", [s for s in WaveState if s not in {"draft", "prepared", "open"}])
def test_a_wave_that_was_closed_issues_nothing(desk: IssuingDesk, state: WaveState) -> None:
    desk.set_state(state)
    assert refusal_of(desk, desk.secrets[0], blinded_of(begin())) is Refusal.CLOSED
    assert set(marks_of(desk)) == {NO_MARK}


def test_a_closed_wave_does_not_even_repeat_what_it_issued(desk: IssuingDesk) -> None:
    blinded = blinded_of(begin())
    desk.ask(desk.secrets[0], blinded)
    desk.set_state(WaveState.CLOSED)
    assert refusal_of(desk, desk.secrets[0], blinded) is Refusal.CLOSED


def test_an_invitation_that_was_forgotten_meanwhile_issues_nothing(desk: IssuingDesk) -> None:
    blinded = blinded_of(begin())
    with desk.stores.registry() as registry:
        found = find_invitation(registry, desk.secrets[0])
        assert found is not None
        registry.execute(delete(InvitationRow))
        registry.execute(delete(PassMarkRow))
    with pytest.raises(PassRefused), desk.stores.registry() as registry:
        take_mark(registry, found, blinded)


@pytest.mark.parametrize("left", [(), (BallotKind.SCORES,), (BallotKind.COMMENT,)])
def test_nobody_gets_a_pass_of_one_kind_only(
    desk: IssuingDesk, left: tuple[BallotKind, ...]
) -> None:
    """Else it could be seen who comments."""
    blinded = {kind: message for kind, message in blinded_of(begin()).items() if kind in left}
    assert refusal_of(desk, desk.secrets[0], blinded) is Refusal.MALFORMED


@pytest.mark.parametrize("wrong", [bytes(256), b"\xff" * 256, b"\x01" * 255, b""])
def test_one_message_that_cannot_be_signed_uses_nothing_up(desk: IssuingDesk, wrong: bytes) -> None:
    blinded = {**blinded_of(begin()), BallotKind.COMMENT: wrong}
    with pytest.raises(BlindedMessageError):
        desk.ask(desk.secrets[0], blinded)
    assert desk.mark(desk.secrets[0]) == NO_MARK


def test_a_fault_in_signing_uses_nothing_up(
    desk: IssuingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("surveys.blind_rsa.secret_power", lambda *_numbers: 2)
        with pytest.raises(SigningFaultError):
            desk.ask(desk.secrets[0], blinded_of(begin()))
    assert desk.mark(desk.secrets[0]) == NO_MARK
    assert desk.ask(desk.secrets[0], blinded_of(begin()))


def test_of_twenty_requests_at_once_with_different_messages_one_is_served(
    desk: IssuingDesk,
) -> None:
    asked = [blinded_of(begin()) for _ in range(AT_ONCE)]
    served, refused = race(desk, desk.secrets[0], asked)
    assert len(served) == 1
    assert refused == [Refusal.USED] * (AT_ONCE - 1)
    assert desk.mark(desk.secrets[0]) == mark_of(asked[next(iter(served))])


def test_of_twenty_requests_at_once_with_the_same_messages_all_get_the_same(
    desk: IssuingDesk,
) -> None:
    served, refused = race(desk, desk.secrets[0], [blinded_of(begin())] * AT_ONCE)
    assert refused == []
    assert len(served) == AT_ONCE
    assert all(signed == served[0] for signed in served.values())


def race(
    desk: IssuingDesk, secret: str, asked: list[Blinded]
) -> tuple[dict[int, Mapping[BallotKind, bytes]], list[Refusal]]:
    """Ask from one thread each; all have read and signed before the first may mark."""
    served: dict[int, Mapping[BallotKind, bytes]] = {}
    refused: list[Refusal] = []
    all_signed = threading.Barrier(len(asked))

    def ask(number: int) -> None:
        with desk.stores.registry() as registry:
            found = find_invitation(registry, secret)
        signed = sign_passes(found, asked[number], key_of=key_of)
        assert found is not None
        all_signed.wait()
        try:
            with desk.stores.registry() as registry:
                take_mark(registry, found, asked[number])
        except PassRefused as no:
            refused.append(no.refusal)
        else:
            served[number] = signed

    together(ask, len(asked))
    return served, refused


def together(act: Callable[[int], None], times: int) -> None:
    threads = [threading.Thread(target=act, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_the_mark_is_taken_back_where_the_transaction_fails(desk: IssuingDesk) -> None:
    blinded = blinded_of(begin())
    with pytest.raises(ConnectionError), desk.stores.registry() as registry:
        take_and_fail(registry, desk.secrets[0], blinded)
    assert desk.mark(desk.secrets[0]) == NO_MARK


def take_and_fail(registry: Session, secret: str, blinded: Blinded) -> None:
    found = find_invitation(registry, secret)
    assert found is not None
    take_mark(registry, found, blinded)
    raise ConnectionError("the phone's request was cut off")


def test_nothing_about_the_person_stands_in_what_was_found(desk: IssuingDesk) -> None:
    blinded = blinded_of(begin())
    desk.ask(desk.secrets[0], blinded)
    with desk.stores.registry() as registry:
        found = find_invitation(registry, desk.secrets[0])
    assert found is not None
    assert found.unit_code == UnitCode("town")
    assert desk.secrets[0] not in repr(found)
    assert repr(mark_of(blinded)) not in repr(found)
    assert not hasattr(found, "person_id")
