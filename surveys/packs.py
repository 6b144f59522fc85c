"""Instruments that the organisation may use: the default bank and the packs it imported."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.canonical import sha256_hex
from surveys.errors import StateError, SurveyError
from surveys.instrument_documents import instrument_document, instrument_of
from surveys.instruments import OWN_CODE, Construct, Instrument, Item, ItemCode
from surveys.library_bank import default_instrument
from surveys.pack_benchmarks import benchmark_faults
from surveys.pack_files import read_pack
from surveys.scales import Scale
from surveys.sheets import Problems
from surveys.tables import InstrumentRow


class UnknownItemError(SurveyError):
    """A question is asked for that neither the default bank nor an imported pack holds."""


@dataclass(frozen=True, slots=True)
class PackPlan:
    """What importing a pack would change.

    `version` is the number that the pack would get, 1 for a pack that is new; its items carry the
    versions they would get. An item is changed if anything about it or its scale is.
    """

    instrument: Instrument
    version: int
    sha256: str
    has_changes: bool
    new: tuple[ItemCode, ...]
    changed: tuple[ItemCode, ...]
    unchanged: tuple[ItemCode, ...]
    gone: tuple[ItemCode, ...]


def plan_pack(session: Session, path: Path) -> PackPlan:
    """Return what importing the pack would change; change nothing.

    Raises:
        ImportRejected: the pack breaks a rule, one of its codes belongs to another instrument, or
            a benchmark is of a question that nobody knows.
    """
    read = read_pack(path)
    kept = _versions_kept(session, read.code)
    _refuse_what_collides(session, read, name=path.name)
    instrument, changed = _with_versions(read, kept)
    latest = kept[-1] if kept else None
    before = {} if latest is None else {item.code for item in latest.items}
    now = [item.code for item in instrument.items]
    sha256 = sha256_hex(instrument_document(instrument))
    return PackPlan(
        instrument=instrument,
        version=len(kept) + 1,
        sha256=sha256,
        has_changes=instrument != latest,
        new=tuple(code for code in now if code not in before),
        changed=tuple(code for code in now if code in before and code in changed),
        unchanged=tuple(code for code in now if code in before and code not in changed),
        gone=() if latest is None else tuple(i.code for i in latest.items if i.code not in now),
    )


def apply_pack(session: Session, plan: PackPlan, *, day: date) -> None:
    """Keep the planned version of the pack; nothing if it changes nothing. The caller commits.

    Args:
        session: of the registry.
        plan: as `plan_pack` made it.
        day: the day of the import.

    Raises:
        StateError: somebody else imported this pack since the plan was made.
    """
    if plan.has_changes:
        add_version(session, plan.instrument, version=plan.version, day=day)


def add_version(session: Session, instrument: Instrument, *, version: int, day: date) -> None:
    """Keep a version of an instrument beside those before it. The caller commits.

    Raises:
        StateError: somebody else has kept this version meanwhile.
    """
    document = instrument_document(instrument)
    try:
        session.execute(
            insert(InstrumentRow).values(
                code=instrument.code,
                version=version,
                sha256=sha256_hex(document),
                document=document,
                imported_on=day,
            )
        )
    except IntegrityError as error:
        raise StateError(
            f"{instrument.name!r} was changed by somebody else meanwhile. Do it again."
        ) from error


def latest_version(session: Session, code: str) -> tuple[int, Instrument | None]:
    """Return the number of the newest version kept of an instrument, and it; 0 and None if none."""
    kept = _versions_kept(session, code)
    return len(kept), kept[-1] if kept else None


def known_instruments(session: Session) -> tuple[Instrument, ...]:
    """Return the default bank and the latest version of each imported pack, by code."""
    rows = select(InstrumentRow.code, InstrumentRow.document).order_by(
        InstrumentRow.code, InstrumentRow.version
    )
    latest = {code: document for code, document in session.execute(rows)}  # noqa: C416 - typed rows
    return (default_instrument(), *(instrument_of(document) for document in latest.values()))


def find_items(
    session: Session, codes: Iterable[ItemCode]
) -> Mapping[ItemCode, tuple[Item, Scale, Construct]]:
    """Return each item asked for with its scale and its construct, in the order asked.

    Raises:
        UnknownItemError: no known instrument holds one of the items.
    """
    held = {
        item.code: (item, instrument.scales[item.scale], instrument.constructs[item.construct])
        for instrument in known_instruments(session)
        for item in instrument.items
    }
    wanted = tuple(codes)
    unknown = [code for code in wanted if code not in held]
    if unknown:
        raise UnknownItemError(
            f"no question has the code {', '.join(map(repr, unknown))}; import the pack that "
            "holds it with `pulse import pack`, or correct the code"
        )
    return {code: held[code] for code in wanted}


def _versions_kept(session: Session, code: str) -> tuple[Instrument, ...]:
    documents = session.scalars(
        select(InstrumentRow.document)
        .where(InstrumentRow.code == code)
        .order_by(InstrumentRow.version)
    )
    return tuple(instrument_of(document) for document in documents)


def _refuse_what_collides(session: Session, pack: Instrument, *, name: str) -> None:
    """Refuse codes of another instrument, and benchmarks of items that no instrument has.

    Charts and files know items and constructs by code alone.
    """
    problems = Problems(name)
    others = [known for known in known_instruments(session) if known.code != pack.code]
    for key, rule in benchmark_faults(pack, others):
        problems.add(None, key, rule)
    _add_taken_codes(pack, others, problems)
    problems.raise_if_any()


def _add_taken_codes(pack: Instrument, others: list[Instrument], problems: Problems) -> None:
    if pack.code == default_instrument().code:
        problems.add(None, "code", f"{pack.code!r} is the bank that comes with Pulse")
        others = []
    if OWN_CODE in {pack.code, *(code.split("-")[0] for code in _codes(pack))}:
        problems.add(None, "code", f"{OWN_CODE!r} is kept for questions written in Pulse")
    for other in others:
        items = {item.code.casefold() for item in other.items}
        constructs = {code.casefold() for code in other.constructs}
        for item in pack.items:
            if item.code.casefold() in items:
                problems.add(None, f"item {item.code}", _taken_by(other))
        for code in pack.constructs:
            if code.casefold() in constructs:
                problems.add(None, f"constructs.{code}", _taken_by(other))


def _codes(pack: Instrument) -> tuple[str, ...]:
    return (*(item.code for item in pack.items), *pack.constructs)


def _taken_by(other: Instrument) -> str:
    return f"{other.name!r} has this code; choose another one, for example with a prefix"


def _with_versions(
    pack: Instrument, kept: tuple[Instrument, ...]
) -> tuple[Instrument, frozenset[ItemCode]]:
    """Return the pack with the version each item gets, and the items that differ from before."""
    last_seen: dict[ItemCode, tuple[Item, Scale]] = {}
    for earlier in kept:
        for item in earlier.items:
            last_seen[item.code] = (item, earlier.scales[item.scale])
    items: list[Item] = []
    changed: set[ItemCode] = set()
    for item in pack.items:
        was = last_seen.get(item.code)
        version = 1 if was is None else was[0].version
        if was is not None and (replace(item, version=version), pack.scales[item.scale]) != was:
            version += 1
            changed.add(item.code)
        items.append(replace(item, version=version))
    return replace(pack, items=tuple(items)), frozenset(changed)
