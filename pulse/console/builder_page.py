"""The form in which HR plans a wave: days, questions by group, and what was wrong with it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pulse.console.wave_words import questions_words, seconds_words
from pulse.dates import day_words
from surveys.breakdown_questions import WAVES_PER_BREAKDOWN, answers_on_offer, can_ask
from surveys.instruments import ItemCode
from surveys.policy import AnonymityPolicy
from surveys.wave_questions import QuestionOnOffer, seconds_to_answer


@dataclass(frozen=True, slots=True)
class FieldError:
    """`field` is the id of the field that the summary links to."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class WaveForm:
    """The fields as somebody left them; days as they were typed."""

    kind: str = "monthly"
    title: str = ""
    opens_on: str = ""
    closes_on: str = ""
    items: tuple[ItemCode, ...] = ()
    breakdowns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    code: str
    wording: str
    note: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class OfferGroup:
    """Questions that belong together: the anchors, a rotating set, a pack, our own."""

    key: str
    name: str
    note: str
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class BuilderPage:
    """`code` is None for a wave that is not stored yet; `breakdowns` where none are declared."""

    heading: str
    code: str | None
    form: WaveForm
    groups: tuple[OfferGroup, ...]
    breakdowns: OfferGroup | None
    most: int
    chosen: str
    errors: tuple[FieldError, ...]

    def error_of(self, field: str) -> dict[str, str] | None:
        """Return a field's message as GOV.UK components take it."""
        return next(({"text": e.text} for e in self.errors if e.field == field), None)


_SETS = {
    "A": "Set A: blame and safety",
    "B": "Set B: load and support",
    "C": "Set C: learning and leadership",
    "D": "Set D: belonging",
}


def builder_page(
    form: WaveForm,
    offered: Sequence[QuestionOnOffer],
    *,
    code: str | None,
    policy: AnonymityPolicy,
    breakdowns_asked: Collection[tuple[date, bool]] = (),
    errors: Iterable[FieldError] = (),
) -> BuilderPage:
    """Return the page; `breakdowns_asked` has each other wave's opening day and if it asks any."""
    chosen = [question for question in offered if question.item.code in form.items]
    divided = [each for each in policy.breakdowns if each.code in form.breakdowns]
    time = seconds_words(seconds_to_answer(chosen, divided))
    most = policy.most_questions
    count = questions_words(len(chosen) + len(divided))
    return BuilderPage(
        heading="Plan a wave" if code is None else "Change a wave",
        code=code,
        form=form,
        groups=tuple(_groups(offered, form.items)),
        breakdowns=_breakdowns(form, policy, breakdowns_asked),
        most=most,
        chosen=f"{count} chosen of at most {most}, {time} to answer",
        errors=tuple(errors),
    )


def _breakdowns(
    form: WaveForm, policy: AnonymityPolicy, asked: Collection[tuple[date, bool]]
) -> OfferGroup | None:
    if not policy.breakdowns:
        return None
    return OfferGroup(
        key="breakdowns",
        name="Breakdown questions",
        note=(
            f"Asked last, in at most one wave of {WAVES_PER_BREAKDOWN}. They count among the "
            f"questions and take the places of rotating ones. {_turn_words(form, asked)}"
        ),
        offers=tuple(
            Offer(
                each.code,
                each.name,
                " · ".join(answers_on_offer(each)),
                each.code in form.breakdowns,
            )
            for each in policy.breakdowns
        ),
    )


def _turn_words(form: WaveForm, asked: Collection[tuple[date, bool]]) -> str:
    """Say whether they may be asked on the day typed; without a day, when they are asked."""
    try:
        opens_on = date.fromisoformat(form.opens_on)
    except ValueError:
        return ""
    if can_ask(opens_on, asked):
        return "They can be asked in this wave."
    days = [day for day, asks in asked if asks]
    nearest = min(days, key=lambda day: abs(day - opens_on))
    return f"Not in this wave: the one that opens on {day_words(nearest)} asks some."


def _groups(
    offered: Sequence[QuestionOnOffer], chosen: Collection[ItemCode]
) -> Iterable[OfferGroup]:
    keys = dict.fromkeys(map(_group_of, offered))
    for number, (code, rotation) in enumerate(keys):
        members = [each for each in offered if _group_of(each) == (code, rotation)]
        first = members[0]
        yield OfferGroup(
            key=f"group-{number}",
            name=_group_name(first, rotation),
            note=_group_note(first, rotation),
            offers=tuple(_offer(each, chosen) for each in members),
        )


def _offer(question: QuestionOnOffer, chosen: Collection[ItemCode]) -> Offer:
    labels = question.scale.labels
    return Offer(
        question.item.code,
        next(iter(question.item.wording.values())),
        f"{question.construct.name} · {labels[0]} … {labels[-1]}",
        question.item.code in chosen,
    )


def _group_of(question: QuestionOnOffer) -> tuple[str, str]:
    return question.instrument.code, question.item.rotation


def _group_name(question: QuestionOnOffer, rotation: str) -> str:
    if question.is_own:
        return "Your own questions"
    if question.instrument.code != "default":
        name = question.instrument.name
        return f"{name}, set {rotation}" if rotation else name
    return _SETS.get(rotation, f"Set {rotation}") if rotation else "Anchors: asked every month"


def _group_note(question: QuestionOnOffer, rotation: str) -> str:
    if question.is_own:
        return "At most two in a wave. They take the places of rotating questions."
    licence = f"{question.item.source} {question.item.licence}."
    if question.instrument.code != "default":
        return licence
    return "" if rotation else f"A chart is worth reading within a year of them. {licence}"
