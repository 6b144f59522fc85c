"""Every anonymity setting with its meaning, its floor and its history, read from the log."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from surveys.months import Month
from surveys.policy import THRESHOLD_FLOOR, AnonymityPolicy, Breakdown
from surveys.policy_log import LoggedPolicy

_NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Change:
    """A value with the day and the entry of the log that put it in force."""

    words: str
    place: int


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: `note` is for the short list, `meaning` and `history` for the whole one."""

    name: str
    meaning: str
    value: str
    note: str
    floor: str
    history: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """All settings; none before `pulse init` recorded them."""

    lead: str
    settings: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class _Meaning:
    """Words about a setting; `amount` frames its value."""

    name: str
    meaning: str
    floor: str = "none"
    amount: str = "{}"


_MEANINGS = {
    "threshold": _Meaning(
        "Smallest group, k",
        "The fewest people that a shown figure, or a difference of shown figures, may stand for.",
        f"{THRESHOLD_FLOOR}: nobody can go below it",
        amount="{} people",
    ),
    "colluders": _Meaning(
        "Colleagues who may pool answers",
        "So many people may put their own answers together; the engine then works with k and them.",
        "0",
        amount="{} people",
    ),
    "share_step": _Meaning(
        "Steps of shares", "Percentage points to which shares are rounded.", amount="{} points"
    ),
    "coarse_share_step": _Meaning(
        "Steps of shares in small groups",
        "Percentage points, below the number in the next line.",
        amount="{} points",
    ),
    "coarse_shares_below": _Meaning(
        "Small groups for shares",
        "Below so many answers the larger steps are used.",
        amount="below {} answers",
    ),
    "all_options_from": _Meaning(
        "Every answer on offer",
        "The share of each single answer is shown from so many people.",
        amount="from {} answers",
    ),
    "reliability_from": _Meaning(
        "Spread of answers, and how questions go together",
        "Worked out for the whole organisation from so many complete answers.",
        amount="from {} answers",
    ),
    "leavers_threshold": _Meaning(
        "Leavers",
        "The fewest leavers that a number outside the HR office may stand for.",
        amount="from {} leavers",
    ),
    "comments_from": _Meaning(
        "Comments", "The fewest comments that are released together.", amount="from {} comments"
    ),
    "comment_respondents_from": _Meaning(
        "People behind comments",
        "The fewest people who answered where comments are released.",
        amount="from {} people",
    ),
    "comment_months_kept": _Meaning(
        "Comments are kept", "Months, then they are deleted.", amount="{} months"
    ),
    "response_rate_step": _Meaning(
        "Steps of response rates",
        "Percentage points to which response rates are rounded.",
        amount="{} points",
    ),
    "open_rate_from_invited": _Meaning(
        "Rate while a month is open",
        "Shown once a day, only if so many people were invited.",
        amount="from {} people invited",
    ),
    "days_between_openings": _Meaning(
        "Days between openings", "The fewest days from one opening to the next.", amount="{} days"
    ),
    "most_questions": _Meaning(
        "Questions", "The most questions that one pulse may ask.", amount="at most {}"
    ),
    "challenge_days": _Meaning(
        "Days to challenge",
        "Days in which the union may object before results are shown.",
        amount="{} days",
    ),
    "breakdowns": _Meaning(
        "Breakdowns",
        "Questions by whose answers units may be divided, asked in at most one pulse of four.",
    ),
    "crossing_levels": _Meaning(
        "Levels with crossed breakdowns",
        "Levels of the tree, 0 for the whole organisation, where two breakdowns may be crossed.",
    ),
}
_IN_SHORT = ("threshold", "colluders", "all_options_from", "leavers_threshold", "breakdowns")


def settings_page(history: Sequence[LoggedPolicy]) -> SettingsPage:
    """Return the page of every policy that was ever in force (oldest first)."""
    if not history:
        return SettingsPage(
            "No settings are recorded yet. HR records them once, with pulse init.", ()
        )
    return SettingsPage(
        "These values decide what is shown. They lie in the signed log and nowhere else. "
        "A release keeps the values under which it was made.",
        tuple(_setting(each.name, history) for each in fields(AnonymityPolicy)),
    )


def settings_in_short(history: Sequence[LoggedPolicy]) -> tuple[Setting, ...]:
    """Return the settings that people ask for first; none before any was recorded."""
    return tuple(_setting(name, history) for name in _IN_SHORT) if history else ()


def _setting(name: str, history: Sequence[LoggedPolicy]) -> Setting:
    meaning = _MEANINGS[name]
    changes = _changes(name, history)
    return Setting(
        name=meaning.name,
        meaning=meaning.meaning,
        value=_value_words(name, getattr(history[-1].policy, name)),
        note=_note(name, changes),
        floor=meaning.floor,
        history=tuple(reversed(changes)),
    )


def _changes(name: str, history: Sequence[LoggedPolicy]) -> list[Change]:
    """Return the first value and every later one that differs from the one before."""
    changes: list[Change] = []
    before: object = None
    for logged in history:
        value = getattr(logged.policy, name)
        if not changes or value != before:
            changes.append(
                Change(f"{_value_words(name, value)} since {_day_words(logged)}", logged.place)
            )
        before = value
    return changes


def _note(name: str, changes: Sequence[Change]) -> str:
    since = f"since {changes[-1].words.rpartition(' since ')[2]}"
    if name == "threshold":
        return f"{since}; nobody can set it below {THRESHOLD_FLOOR}"
    return since


def _value_words(name: str, value: object) -> str:
    if isinstance(value, tuple):
        separator = "; " if any(isinstance(each, Breakdown) for each in value) else ", "
        return separator.join(map(_part_words, value)) or "none"
    return _MEANINGS[name].amount.format(value)


def _part_words(part: object) -> str:
    """Return a level, or a breakdown with its options in the order in which people read them."""
    if isinstance(part, Breakdown):
        return f"{part.name} ({', '.join(part.options)})"
    return str(part)


def _day_words(logged: LoggedPolicy) -> str:
    return f"{logged.day.day}{_NO_BREAK}{Month.of(logged.day).words}"
