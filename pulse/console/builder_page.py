"""The form in which HR plans a wave: days, questions by group, and what was wrong with it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from pulse.console.wave_words import questions_words, seconds_words
from surveys.instruments import ItemCode
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
    """`code` is None for a wave that is not stored yet."""

    heading: str
    code: str | None
    form: WaveForm
    groups: tuple[OfferGroup, ...]
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
    most: int,
    errors: Iterable[FieldError] = (),
) -> BuilderPage:
    chosen = [question for question in offered if question.item.code in form.items]
    time = seconds_words(seconds_to_answer(chosen))
    return BuilderPage(
        heading="Plan a wave" if code is None else "Change a wave",
        code=code,
        form=form,
        groups=tuple(_groups(offered, form.items)),
        most=most,
        chosen=f"{questions_words(len(chosen))} chosen of at most {most}, {time} to answer",
        errors=tuple(errors),
    )


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
