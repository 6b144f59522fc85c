"""From a row's texts to an answer that can be counted, or to a problem that names the rule."""

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

import numpy as np

from analysis.history.atoms import AtomSpace, Bools, Numbers
from analysis.history.buckets import DAY_BITS, Answers, Choices, Keys
from analysis.history.chunks import Chunk, Encoded, Rows
from analysis.history.columns import ColumnMapping
from analysis.history.combinations import choices_of_breakdown
from surveys.instruments import ItemCode
from surveys.months import Month
from surveys.policy import PREFER_NOT_TO_SAY, Breakdown
from surveys.scales import Scale
from surveys.sheets import PROBLEMS_KEPT, Problems

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].+)?")
_SCORE = re.compile(r"0*([0-9]{1,3})(\.0+)?")
_BLANK = "this cell is empty; every row needs it"
_KEY_BYTES = 32
_ODD = np.uint64(0x9E3779B97F4A7C15)
_DAY_MASK = np.uint64((1 << DAY_BITS) - 1)


@dataclass(frozen=True, slots=True)
class _Checked:
    """Rows under inspection; `is_right` turns False where a rule is broken."""

    rows: Rows
    is_right: Bools
    problems: Problems

    def refuse(self, broken: Bools, column: str, rule_of: Callable[[int], str]) -> None:
        """Report the rows that are still right and broken; `rule_of` gets a row's place."""
        places = np.flatnonzero(broken & self.is_right)
        self.is_right[places] = False
        for place in places[:PROBLEMS_KEPT].tolist():
            self.problems.add(int(self.rows[place]), column, rule_of(place))
        self.problems.more += max(len(places) - PROBLEMS_KEPT, 0)


class AnswerCoder:
    """Turns chunks into answers. Its key never leaves memory, so no record can be tied to an id."""

    def __init__(
        self,
        mapping: ColumnMapping,
        scales: Mapping[ItemCode, Scale],
        space: AtomSpace,
        breakdowns: Sequence[Breakdown] = (),
    ) -> None:
        self._mapping = mapping
        self._space = space
        self._units = {str(code): place for place, code in enumerate(space.units)}
        self._scales = [scales[question.item] for question in mapping.items]
        self._choices = [_choices_of(scale) for scale in self._scales]
        self._breakdowns = tuple(breakdowns)
        self._keyed_hash = hashlib.blake2b(digest_size=8, key=secrets.token_bytes(_KEY_BYTES))
        self._salt = np.uint64(secrets.randbits(64))

    def code(self, chunk: Chunk, problems: Problems) -> Answers:
        """Return the answers of the rows that are right; the others go to the problems.

        One row is reported once, by the first rule that it breaks.
        """
        units, respondents, days, *answers = chunk.columns
        checked = _Checked(chunk.rows, np.ones(len(chunk.rows), dtype=bool), problems)
        months, days_of_month = self._when(days, checked)
        atoms = self._where(units, months, checked)
        checked.refuse(_is_blank(respondents), self._mapping.respondent, lambda _: _BLANK)
        choices = self._chosen(answers, checked)
        keys = _mixed(self._hashed(respondents) ^ (atoms.astype(np.uint64) * _ODD + self._salt))
        keys = (keys & ~_DAY_MASK) | days_of_month.astype(np.uint64)
        coded = Answers(keys, atoms.astype(np.uint32), choices)
        return coded if checked.is_right.all() else coded.take(np.flatnonzero(checked.is_right))

    def _when(self, days: Encoded, checked: _Checked) -> tuple[Numbers, Numbers]:
        """Return months since the first and days of the month, both 0 where a row is wrong."""
        read = [self._day(text) for text in days.values]
        rules = [day if isinstance(day, str) else "" for day in read]
        is_wrong = np.array([bool(rule) for rule in rules], dtype=bool)[days.codes]
        checked.refuse(is_wrong, self._mapping.date, lambda place: rules[days.codes[place]])
        first = self._space.first_month.ordinal
        months = [0 if isinstance(day, str) else Month.of(day).ordinal - first for day in read]
        numbers = [0 if isinstance(day, str) else day.day for day in read]
        return (
            np.array(months, dtype=np.int64)[days.codes],
            np.array(numbers, dtype=np.int64)[days.codes],
        )

    def _day(self, text: str) -> date | str:
        """Return the day that a text means, or the rule it breaks."""
        if not text:
            return _BLANK
        date_format = self._mapping.date_format
        try:
            if date_format is not None:
                day = datetime.strptime(text, date_format).date()  # noqa: DTZ007 - the day as written
            elif _ISO_DAY.fullmatch(text):
                day = datetime.fromisoformat(text).date()
            else:
                return "this is not a date written like 2014-06-07; --date-format reads others"
        except ValueError:
            return f"this is not a date written like {date_format or '2014-06-07'}"
        if day > self._space.last_day:
            return f"the date is after today, {self._space.last_day}"
        if Month.of(day) < self._space.first_month:
            return (
                f"there is no unit tree for {Month.of(day)}; "
                f"import the units with --valid-from {Month.of(day)}-01 or earlier"
            )
        return day

    def _where(self, units: Encoded, months: Numbers, checked: _Checked) -> Numbers:
        """Return the atoms, 0 where the unit is not known in that month."""
        places = _translated(units, lambda text: self._units.get(text, -1))
        checked.refuse(_is_blank(units), self._mapping.unit, lambda _: _BLANK)
        is_known = places >= 0
        known = np.flatnonzero(is_known)
        is_known[known] = self._space.is_in_tree(months[known], places[known])
        checked.refuse(
            ~is_known,
            self._mapping.unit,
            lambda place: (
                f"unit {units.values[units.codes[place]]!r} is not among the units of "
                f"{self._space.first_month.shifted(int(months[place]))}"
            ),
        )
        return np.where(is_known, self._space.numbers(months, places), 0)

    def _chosen(self, columns: list[Encoded], checked: _Checked) -> Choices:
        """Return a column of choices per item, then one per breakdown."""
        choices = np.empty((len(checked.rows), len(columns)), dtype=np.uint8)
        items = len(self._scales)
        for place, column in enumerate(columns[:items]):
            choices[:, place] = self._chosen_of(place, column, checked)
        for place, column in enumerate(columns[items:]):
            choices[:, items + place] = self._category_of(place, column, checked)
        return choices

    def _category_of(self, place: int, column: Encoded, checked: _Checked) -> Numbers:
        """Return places of options, that after the last for nothing said, 0 where wrong."""
        breakdown = self._breakdowns[place]
        table = choices_of_breakdown(breakdown)
        chosen = _translated(column, lambda text: table.get(text.casefold(), -1))
        rule = (
            f"{breakdown.name} is one of: {', '.join(breakdown.options)}; or empty, or "
            f"{PREFER_NOT_TO_SAY!r}"
        )
        checked.refuse(chosen < 0, self._mapping.breakdowns[place].column, lambda _: rule)
        return np.maximum(chosen, 0)

    def _chosen_of(self, place: int, column: Encoded, checked: _Checked) -> Numbers:
        """Return the columns of counts that the answers to one item belong to, 0 where wrong."""
        question, scale = self._mapping.items[place], self._scales[place]
        chosen = _translated(column, partial(_choice, table=self._choices[place]))
        rule = (
            f"an answer to {question.item} is a number from 1 to {len(scale.labels)}, "
            "one of its labels, or empty for skipped"
        )
        checked.refuse(chosen < 0, question.column, lambda _: rule)
        return np.maximum(chosen, 0)

    def _hashed(self, respondents: Encoded) -> Keys:
        digests = []
        for text in respondents.values:
            keyed = self._keyed_hash.copy()
            keyed.update(text.encode())
            digests.append(keyed.digest())
        hashes: Keys = np.frombuffer(b"".join(digests), dtype="<u8")[respondents.codes]
        return hashes


def _mixed(keys: Keys) -> Keys:
    """Return the keys with their bits mixed, one to one (the finaliser of SplitMix64)."""
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return keys ^ (keys >> np.uint64(31))


def _translated(column: Encoded, number_of: Callable[[str], int]) -> Numbers:
    return np.array([number_of(value) for value in column.values], dtype=np.int64)[column.codes]


def _is_blank(column: Encoded) -> Bools:
    blanks = [code for code, value in enumerate(column.values) if not value]
    return np.isin(column.codes, blanks)


def _choices_of(scale: Scale) -> Mapping[str, int]:
    """Return the column of counts that each text means; a label beats a number that it reads as."""
    numbers = {str(score): score - 1 for score in range(1, len(scale.labels) + 1)}
    labels = {label.strip().casefold(): place for place, label in enumerate(scale.options)}
    return numbers | labels | {"": len(scale.options)}


def _choice(text: str, *, table: Mapping[str, int]) -> int:
    choice = table.get(text.casefold())
    if choice is not None:
        return choice
    number = _SCORE.fullmatch(text)
    return table.get(number[1], -1) if number else -1
