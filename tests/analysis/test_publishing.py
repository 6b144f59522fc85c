"""Staging, logging and showing releases; a visible one never changes."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from analysis.archive import visible_releases
from analysis.publishing import (
    PreparedRelease,
    discard_month,
    discard_staged,
    make_visible,
    stage,
    staged_months,
    verify_release,
)
from analysis.tables import CellRow, ReleasedTreeRow, ReleaseRow
from pulse.stores import Stores
from surveys.canonical import canonical_json, sha256_hex
from surveys.errors import StateError
from surveys.ledger.log import EntryKind, entries
from surveys.ledger.signing import LogSigner
from surveys.ledger.tables import LogEntryRow
from surveys.months import Month
from tests.analysis.release_factories import FIVE, MARCH, service_release

APRIL = Month(2026, 4)
DAY = date(2026, 5, 4)
FILE = "ab" * 32


def release_both(stores: Stores, signer: LogSigner) -> tuple[PreparedRelease, PreparedRelease]:
    march, april = service_release(MARCH), service_release(APRIL, extra=1)
    with stores.archive() as session:
        stage(session, march, import_sha256=FILE)
        stage(session, april, import_sha256=FILE)
    with stores.archive() as session:
        make_visible(session, [APRIL, MARCH], signer=signer, day=DAY)
    return march, april


def rows(session: Session) -> int:
    tables = (ReleaseRow, CellRow, ReleasedTreeRow)
    return sum(session.scalar(select(func.count()).select_from(t)) or 0 for t in tables)


def test_what_is_staged_is_not_visible(any_stores: Stores) -> None:
    with any_stores.archive() as session:
        stage(session, service_release(), import_sha256=FILE)
    with any_stores.archive() as session:
        assert visible_releases(session) == ()
        assert staged_months(session) == (MARCH,)
        with pytest.raises(StateError, match="There is no release of 2026-03"):
            verify_release(session, MARCH)


def test_staging_the_same_release_again_changes_nothing(any_stores: Stores) -> None:
    with any_stores.archive() as session:
        stage(session, service_release(), import_sha256=FILE)
        before = rows(session)
    with any_stores.archive() as session:
        stage(session, service_release(), import_sha256=FILE)
        assert rows(session) == before


def test_another_release_replaces_one_that_was_only_staged(
    any_stores: Stores, signer: LogSigner
) -> None:
    with any_stores.archive() as session:
        stage(session, service_release(), import_sha256=FILE)
        other = service_release(extra=3)
        stage(session, other, import_sha256=FILE)
        make_visible(session, [MARCH], signer=signer, day=DAY)
        assert [head.sha256 for head in visible_releases(session)] == [other.sha256]


def test_months_become_visible_in_order_with_their_log_entries(
    any_stores: Stores, signer: LogSigner
) -> None:
    march, april = release_both(any_stores, signer)
    with any_stores.archive() as session:
        heads = visible_releases(session)
        logged = entries(session, kinds=[EntryKind.RELEASE])
    assert [(head.month, head.sha256) for head in heads] == [
        (MARCH, march.sha256),
        (APRIL, april.sha256),
    ]
    assert [head.log_place for head in heads] == [entry.place for entry in logged]
    assert {head.released_on for head in heads} == {"2026-05-04"}


def test_the_log_entry_names_every_table_the_policy_and_the_attack(
    any_stores: Stores, signer: LogSigner
) -> None:
    march, _ = release_both(any_stores, signer)
    with any_stores.archive() as session:
        body = entries(session, kinds=[EntryKind.RELEASE])[0].body
    assert body["tables"] == march.tables
    assert body["release_sha256"] == march.sha256
    assert body["policy_sha256"] == sha256_hex(canonical_json(FIVE.as_document()))
    assert body["import_sha256"] == FILE
    assert body["engine"]
    attack = body["self_attack"]
    assert isinstance(attack, dict)
    assert set(attack["found"].values()) == {0}


def test_a_visible_release_is_never_staged_again_or_made_visible_again(
    any_stores: Stores, signer: LogSigner
) -> None:
    march, _ = release_both(any_stores, signer)
    for release in (march, service_release(extra=5)):
        with (
            any_stores.archive() as session,
            pytest.raises(StateError, match="A release never changes"),
        ):
            stage(session, release, import_sha256=FILE)
    with any_stores.archive() as session, pytest.raises(StateError, match="never changes"):
        make_visible(session, [MARCH], signer=signer, day=DAY)


def test_no_second_version_of_a_released_cell_can_be_made_visible(
    any_stores: Stores, signer: LogSigner
) -> None:
    release_both(any_stores, signer)
    other = service_release(extra=5)  # the same month, with five more people in a team
    with any_stores.archive() as session:
        before = rows(session)

    with any_stores.archive() as session, pytest.raises(StateError, match="never changes"):
        stage(session, other, import_sha256=FILE)
    with any_stores.archive() as session, pytest.raises(StateError, match="never changes"):
        make_visible(session, [MARCH], signer=signer, day=DAY)
    with any_stores.archive() as session, pytest.raises(StateError, match="never changes"):
        discard_month(session, MARCH)
    with any_stores.archive() as session:
        assert discard_staged(session) == ()
        assert rows(session) == before
        assert verify_release(session, MARCH).is_intact


def test_a_unit_has_one_cell_a_month_and_a_month_one_release() -> None:
    assert [column.name for column in CellRow.__table__.primary_key] == ["unit_code", "month"]
    assert [column.name for column in ReleaseRow.__table__.primary_key] == ["month"]


def test_a_month_that_was_not_prepared_cannot_be_shown(
    any_stores: Stores, signer: LogSigner
) -> None:
    with any_stores.archive() as session, pytest.raises(StateError, match="no prepared release"):
        make_visible(session, [MARCH], signer=signer, day=DAY)


def test_rows_that_were_changed_while_staged_are_not_shown(
    any_stores: Stores, signer: LogSigner
) -> None:
    with any_stores.archive() as session:
        stage(session, service_release(), import_sha256=FILE)
        session.execute(update(CellRow).where(CellRow.unit_code == "south").values(respondents=13))
    with any_stores.archive() as session, pytest.raises(StateError, match="has been changed"):
        make_visible(session, [MARCH], signer=signer, day=DAY)


def test_discarding_takes_what_is_staged_and_leaves_what_is_visible(
    any_stores: Stores, signer: LogSigner
) -> None:
    release_both(any_stores, signer)
    with any_stores.archive() as session:
        before = rows(session)
        stage(session, service_release(Month(2026, 5)), import_sha256=FILE)
    with any_stores.archive() as session:
        assert discard_staged(session) == (Month(2026, 5),)
        assert rows(session) == before
        assert discard_staged(session) == ()


def test_an_untouched_release_is_intact(any_stores: Stores, signer: LogSigner) -> None:
    release_both(any_stores, signer)
    with any_stores.archive() as session:
        assert verify_release(session, MARCH).is_intact


CHANGES = {
    "a number": update(CellRow).where(CellRow.unit_code == "south").values(respondents=13),
    "a figure": update(CellRow).where(CellRow.unit_code == "south").values(figures="{}"),
    "a hidden cell shown": update(CellRow)
    .where(CellRow.unit_code == "west")
    .values(respondents=3, figures="{}"),
    "a cell removed": delete(CellRow).where(CellRow.unit_code == "north"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_cell_is_noticed(any_stores: Stores, signer: LogSigner, change: str) -> None:
    release_both(any_stores, signer)
    with any_stores.archive() as session:
        session.execute(CHANGES[change].where(CellRow.month == "2026-03"))
        assert verify_release(session, MARCH).broken == ("cells",)
        assert verify_release(session, APRIL).is_intact


@pytest.mark.parametrize("part", ["header", "certificate"])
def test_a_changed_document_is_noticed(any_stores: Stores, signer: LogSigner, part: str) -> None:
    release_both(any_stores, signer)
    with any_stores.archive() as session:
        session.execute(update(ReleaseRow).values({part: '{"engine":"tree/1"}'}))
        assert verify_release(session, MARCH).broken == (part,)


@pytest.mark.parametrize(
    "values", [{"threshold": 4}, {"import_sha256": None}, {"release_sha256": "00" * 32}]
)
def test_a_changed_label_of_the_release_is_noticed(
    any_stores: Stores, signer: LogSigner, values: dict[str, object]
) -> None:
    release_both(any_stores, signer)
    with any_stores.archive() as session:
        session.execute(update(ReleaseRow).values(values))
        assert verify_release(session, MARCH).broken == ("release",)


def test_a_release_without_its_log_entry_is_noticed(any_stores: Stores, signer: LogSigner) -> None:
    release_both(any_stores, signer)
    with any_stores.archive() as session:
        session.execute(delete(LogEntryRow))
        assert verify_release(session, MARCH).broken == ("log entry",)


def test_the_hash_of_a_release_covers_each_of_its_parts() -> None:
    release = service_release()
    others = [
        replace(release, month=APRIL),
        replace(release, threshold=6),
        replace(release, header=release.header + " "),
        replace(release, certificate=release.certificate + " "),
        replace(release, tree=release.tree + " "),
        replace(release, cells=release.cells[:-1]),
    ]
    assert len({release.sha256, *(other.sha256 for other in others)}) == 7
