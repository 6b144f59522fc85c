"""Fictional people of the demo: they answer, they leave, others take their place.

Everything is drawn with the organisation's seed, so that every build gives the same figures.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from pulse.demo.city import FIRST_MONTH, Organisation
from pulse.demo.demographics import Traits, breakdowns_asked, said_of_self, traits_of
from pulse.demo.story import pull, usual_level
from surveys.instruments import ConstructCode, Instrument, Item
from surveys.months import Month
from surveys.policy import Breakdown
from surveys.units import UnitCode

WORKFORCE_COLUMNS = (
    "unit", "period", "headcount", "in_post_fte", "starters", "leavers", "vacancies_fte", "agency",
    "days_lost",
)  # fmt: skip
_ROTATION = "ABCD"
_MOST_QUESTIONS = 8
_ORDINARY_LEAVING = 0.011  # a month; about one in eight a year
_PULL_OF_MORALE = 2.2  # log rate per scale point of morale one month before


@dataclass(slots=True)
class _Person:
    name: str
    leaning: float
    readiness: float  # probability to answer in a month
    traits: Traits


@dataclass(slots=True)
class _Team:
    code: UnitCode
    posts: int
    level: float
    people: list[_Person] = field(default_factory=list)
    hired: int = 0
    started: int = 0  # in the present month
    vacancies: list[int] = field(default_factory=list)  # months until each post is filled


@dataclass(frozen=True, slots=True)
class MonthFiles:
    """One month as the import commands take it: CSV text of answers and of workforce figures."""

    month: Month
    items: tuple[Item, ...]
    breakdowns: tuple[Breakdown, ...]
    responses: str
    workforce: tuple[tuple[str | float, ...], ...]  # a row for each team, as in WORKFORCE_COLUMNS


def live(
    organisation: Organisation, instrument: Instrument, further: Sequence[Month] = ()
) -> Iterator[MonthFiles]:
    """Yield the organisation's months, oldest first, and then `further` ones, which change none."""
    random = np.random.default_rng(organisation.seed)
    teams = [
        _Team(code, posts, float(random.normal(0, 0.25)))
        for code, posts in organisation.people.items()
    ]
    seed = organisation.seed
    for team in teams:
        team.people = [_hire(team, random, seed) for _ in range(team.posts)]
    for place, month in enumerate((*organisation.months, *further)):
        answered, asked = (
            asked_in(instrument, place),
            breakdowns_asked(organisation.breakdowns, place),
        )
        # Breakdown questions take the places of rotating ones, whose turn waits.
        items = tuple(item for item in answered if not (asked and item.rotation))
        answers = io.StringIO()
        writer = csv.writer(answers)
        codes = (*(item.code for item in items), *(breakdown.code for breakdown in asked))
        writer.writerow(["unit", "person", "date", *codes])
        workforce = []
        for team in teams:
            for person, day, choices in _answers(team, month, answered, instrument, random):
                said = said_of_self(person.traits, asked, month, seed=seed)
                writer.writerow([team.code, person.name, day, *choices[: len(items)], *said])
            workforce.append(_turn_over(team, month, random, seed))
        yield MonthFiles(month, items, asked, answers.getvalue(), tuple(workforce))


def asked_in(instrument: Instrument, place: int) -> tuple[Item, ...]:
    """Return the anchors and then the month's rotating set, as the default calendar asks them."""
    letter = _ROTATION[place % len(_ROTATION)]
    anchors = [item for item in instrument.items if not item.rotation]
    rotating = [item for item in instrument.items if item.rotation == letter]
    return tuple(anchors + rotating[: _MOST_QUESTIONS - len(anchors)])


def _hire(
    team: _Team, random: np.random.Generator, seed: int, month: Month | None = None
) -> _Person:
    team.hired += 1
    name = f"p{team.hired:03d}"
    traits = traits_of(team.code, name, seed=seed, first=FIRST_MONTH, hired=month)
    return _Person(name, float(random.normal(0, 0.35)), float(random.beta(6, 4)), traits)


def _answers(
    team: _Team,
    month: Month,
    items: tuple[Item, ...],
    instrument: Instrument,
    random: np.random.Generator,
) -> Iterator[tuple[_Person, str, list[str]]]:
    """Yield who answers, on which day, and what to each item."""
    mood = {
        item.construct: usual_level(item.construct)
        + team.level
        + pull(team.code, item.construct, month)
        + float(random.normal(0, 0.06))
        for item in items
    }
    for person in team.people:
        if random.random() > person.readiness:
            continue
        day = month.first_day.replace(day=int(random.integers(3, 25)))
        choices = [
            _choice(item, mood[item.construct] + person.leaning, instrument, random)
            for item in items
        ]
        yield person, day.isoformat(), choices


def _choice(item: Item, level: float, instrument: Instrument, random: np.random.Generator) -> str:
    scale = instrument.scales[item.scale]
    roll = random.random()
    if roll < 0.02:  # noqa: PLR2004 - one answer in fifty is skipped
        return ""
    if scale.unscored and roll < 0.07:  # noqa: PLR2004 - and some prefer not to say
        return scale.unscored[0]
    most = len(scale.labels)
    score = int(np.clip(round(level + random.normal(0, 0.85)), 1, most))
    return scale.labels[(most + 1 - score if item.reverse_keyed else score) - 1]


def _turn_over(
    team: _Team, month: Month, random: np.random.Generator, seed: int
) -> tuple[str | float, ...]:
    """Let people leave and join; morale of the month before moves the rate of leaving."""
    headcount, started = len(team.people), team.started
    morale = team.level + pull(team.code, ConstructCode("morale"), month.shifted(-1))
    rate = min(0.5, _ORDINARY_LEAVING * float(np.exp(-_PULL_OF_MORALE * morale)))
    staying = [person for person in team.people if random.random() >= rate]
    leavers = headcount - len(staying)
    team.people = staying
    team.vacancies = [months - 1 for months in team.vacancies]
    arrivals = sum(months <= 0 for months in team.vacancies)
    team.vacancies = [months for months in team.vacancies if months > 0]
    team.vacancies += [int(random.integers(1, 4)) for _ in range(leavers)]
    team.people += [_hire(team, random, seed, month.shifted(1)) for _ in range(arrivals)]
    team.started = arrivals
    others = _other_figures(team, month, headcount, seed)
    return team.code, str(month), headcount, others[0], started, leavers, *others[1:]


def _other_figures(
    team: _Team, month: Month, headcount: int, seed: int
) -> tuple[float, float, int, float]:
    """Return FTE in post, vacancies, agency workers and days lost.

    They are drawn by themselves, so that what people answer and who leaves does not depend on them.
    """
    own = np.random.default_rng([seed, month.ordinal, *team.code.encode()])
    in_post_fte = round(headcount * float(own.uniform(0.88, 0.97)), 1)
    vacancies = float(len(team.vacancies))
    agency = int(own.binomial(len(team.vacancies), 0.6))
    illness = np.exp(-0.5 * pull(team.code, ConstructCode("morale"), month))
    days_lost = float(own.poisson(0.8 * headcount * illness))
    return in_post_fte, vacancies, agency, days_lost
