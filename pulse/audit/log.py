"""The log as people read it: each entry in plain words, its details, and the check of the whole."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from analysis.chart_notes import Author
from surveys.challenges import Outcome
from surveys.ledger.log import BrokenLog, EntryKind, LogCheck, LogEntry
from surveys.ledger.notes import Checkpoint
from surveys.months import Month

ENTRIES_PER_PAGE = 50

_KINDS = {
    EntryKind.POLICY: "anonymity settings",
    EntryKind.UNITS: "units",
    EntryKind.PACK: "questions",
    EntryKind.RESPONSES: "import of answers",
    EntryKind.WORKFORCE: "workforce figures",
    EntryKind.RELEASE: "release",
    EntryKind.ROSTER: "people",
    EntryKind.PREPARED: "wave prepared",
    EntryKind.SERVED: "files of the answering page",
    EntryKind.OPENED: "wave opened",
    EntryKind.EXTENDED: "wave extended",
    EntryKind.CANCELLED: "wave cancelled",
    EntryKind.CLOSED: "wave closed",
    EntryKind.DESTROYED: "destruction",
    EntryKind.BALLOT_IDS: "ballot ids",
    EntryKind.CHALLENGED: "challenge",
    EntryKind.CHALLENGE_ANSWERED: "answer to a challenge",
    EntryKind.ANNOTATED: "note on charts",
    EntryKind.REBASED: "limits started anew",
    EntryKind.NOTE_WITHDRAWN: "note withdrawn",
}
_NO_BREAK = "\N{NO-BREAK SPACE}"
_SERVER_CHECK = (
    "Checked just now by this server; your own computer with your own copy of a checkpoint is "
    "the stronger check."
)


@dataclass(frozen=True, slots=True)
class CheckWords:
    """Whether every entry matches, in words; `root` is what the entries come to, shortened."""

    finding: str
    strength: str
    root: str


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry in plain words."""

    place: int
    kind: str
    day: str
    words: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some entries, newest first; `newer` and `older` are page numbers, None at either end."""

    check: CheckWords
    entries: tuple[EntryLine, ...]
    note: str
    newer: int | None
    older: int | None
    pages_words: str


@dataclass(frozen=True, slots=True)
class Field:
    """One detail of an entry; `name` says where in the entry it lies."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Everything one entry says."""

    entry: EntryLine
    fields: tuple[Field, ...]
    leaf_hash: str


def check_words(check: LogCheck) -> CheckWords:
    """Return the result of the check of the whole log."""
    if isinstance(check, BrokenLog):
        return CheckWords(
            finding=f"Entry {check.place:,} does not match. {check.reason.value}",
            strength=(
                "Do not sign anything. Keep your own checkpoint, note the entry, and tell the "
                "other party."
            ),
            root="",
        )
    if check.entries == 0:
        return CheckWords("The log is empty.", "Its first entry is written by pulse init.", "")
    noun = "entry" if check.entries == 1 else "entries"
    return CheckWords(
        finding=f"{check.entries:,} {noun}: nothing removed or altered.",
        strength=_SERVER_CHECK,
        root=_root_words(check.checkpoint),
    )


def _root_words(note: str) -> str:
    checkpoint = Checkpoint.parse(note.partition("\n\n")[0] + "\n")
    root = checkpoint.root.hex()
    return f"{checkpoint.size:,} entries, root {root[:4]} {root[4:8]} … {root[-4:]}"


def log_page(
    entries: Sequence[LogEntry], check: LogCheck, *, note: str | None, page: int
) -> LogPage:
    """Return one page of the log.

    Args:
        entries: all entries, oldest first.
        check: of the whole log.
        note: the newest signed checkpoint, if there is any.
        page: from 1, the newest entries; beyond the last one it is the last one.
    """
    pages = max(1, -(-len(entries) // ENTRIES_PER_PAGE))
    current = min(max(1, page), pages)
    newest_first = tuple(reversed(entries))
    first = (current - 1) * ENTRIES_PER_PAGE
    return LogPage(
        check=check_words(check),
        entries=tuple(map(entry_line, newest_first[first : first + ENTRIES_PER_PAGE])),
        note=note or "",
        newer=current - 1 if current > 1 else None,
        older=current + 1 if current < pages else None,
        pages_words=f"page {current} of {pages}" if pages > 1 else "",
    )


def entry_line(entry: LogEntry) -> EntryLine:
    return EntryLine(
        place=entry.place,
        kind=_KINDS[entry.kind],
        day=f"{entry.day.day}{_NO_BREAK}{Month.of(entry.day).words}",
        words=_WORDS[entry.kind](entry.body),
    )


def entry_page(entry: LogEntry) -> EntryPage:
    """Return all details of an entry."""
    return EntryPage(entry_line(entry), tuple(_fields(entry.body)), entry.leaf_hash)


def _fields(body: Mapping[str, object]) -> list[Field]:
    found: list[Field] = []
    for name, value in sorted(body.items()):
        if isinstance(value, Mapping):
            found += [Field(f"{name}: {each.name}", each.value) for each in _fields(value)]
        elif value is None:
            found.append(Field(name, "nothing"))
        elif isinstance(value, str):
            found.append(Field(name, value))
        else:
            found.append(Field(name, json.dumps(value, ensure_ascii=False)))
    return found


def _policy_words(body: Mapping[str, object]) -> str:
    return f"Anonymity settings recorded: smallest group k is {body['threshold']}."


def _units_words(_body: Mapping[str, object]) -> str:
    return "The organisation chart was imported."


def _pack_words(_body: Mapping[str, object]) -> str:
    return "A pack of questions was imported."


def _responses_words(body: Mapping[str, object]) -> str:
    return f"Answers were imported from a file; they are {body['origin']}. The file is not kept."


def _workforce_words(_body: Mapping[str, object]) -> str:
    return "Workforce figures were imported: people in post, leavers and others."


def _release_words(body: Mapping[str, object]) -> str:
    month = Month.parse(str(body["month"]))
    return f"{month.words} was released under k = {body['threshold']}."


def _roster_words(body: Mapping[str, object]) -> str:
    return (
        f"A list of staff was imported: {body['adds']} joined, {body['moves']} moved, "
        f"{body['leavers']} left."
    )


def _prepared_words(body: Mapping[str, object]) -> str:
    return (
        f"Wave {body['wave']} was prepared: {body['invited']} people in {body['groups']} groups, "
        f"of which {body['groups_new']} are new and {body['groups_much_changed']} changed by more "
        "than a fifth."
    )


def _opened_words(body: Mapping[str, object]) -> str:
    return f"Wave {body['wave']} opened. Staff can answer until {body['closes_on']}."


def _extended_words(body: Mapping[str, object]) -> str:
    return f"Wave {body['wave']} was extended until {body['closes_on']}."


def _destroyed_words(body: Mapping[str, object]) -> str:
    return f"Everything of wave {body['wave']} was destroyed: sealed answers, keys, invitations."


def _answered_words(body: Mapping[str, object]) -> str:
    outcomes = {
        Outcome.RELEASE: "release it with the challenge and this answer printed on it",
        Outcome.DESTROY: "destroy it without results",
    }
    return (
        f"HR answered the challenge of wave {body['wave']} (entry {body['challenge']}): "
        f"{outcomes[Outcome(str(body['outcome']))]}."
    )


_BY = {Author.HR.value: "HR", Author.LEADER.value: "A senior leader"}


def _where_words(body: Mapping[str, object]) -> str:
    below = " and all units below it" if body["with_units_below"] else ""
    return f"{body['unit_name']}{below}"


def _annotated_words(body: Mapping[str, object]) -> str:
    month = Month.parse(str(body["month"]))
    return (
        f"{_BY[str(body['by'])]} put a note on the charts of {_where_words(body)} "
        f"at {month.words}: {body['text']}"
    )


def _rebased_words(body: Mapping[str, object]) -> str:
    month = Month.parse(str(body["month"]))
    return (
        f"{_BY[str(body['by'])]} started the average and limits of {body['measure']} anew from "
        f"{month.words} on in {_where_words(body)}: {body['reason']}"
    )


def _withdrawn_words(body: Mapping[str, object]) -> str:
    return f"{_BY[str(body['by'])]} withdrew entry {body['entry']:,} from the charts: {body['why']}"


def _of_wave(words: str) -> Callable[[Mapping[str, object]], str]:
    """Return a function that puts the wave's code into the words."""
    return lambda body: words.format(wave=body["wave"])


_WORDS: Mapping[EntryKind, Callable[[Mapping[str, object]], str]] = {
    EntryKind.POLICY: _policy_words,
    EntryKind.UNITS: _units_words,
    EntryKind.PACK: _pack_words,
    EntryKind.RESPONSES: _responses_words,
    EntryKind.WORKFORCE: _workforce_words,
    EntryKind.RELEASE: _release_words,
    EntryKind.ROSTER: _roster_words,
    EntryKind.PREPARED: _prepared_words,
    EntryKind.SERVED: _of_wave("The files of the answering page of wave {wave} were noted."),
    EntryKind.OPENED: _opened_words,
    EntryKind.EXTENDED: _extended_words,
    EntryKind.CANCELLED: _of_wave("Wave {wave} was cancelled before it opened."),
    EntryKind.CLOSED: _of_wave("Wave {wave} closed, and its box was shut."),
    EntryKind.DESTROYED: _destroyed_words,
    EntryKind.BALLOT_IDS: _of_wave("The ballot ids of wave {wave} were published."),
    EntryKind.CHALLENGED: _of_wave("The union challenged wave {wave}. HR has to answer."),
    EntryKind.CHALLENGE_ANSWERED: _answered_words,
    EntryKind.ANNOTATED: _annotated_words,
    EntryKind.REBASED: _rebased_words,
    EntryKind.NOTE_WITHDRAWN: _withdrawn_words,
}
