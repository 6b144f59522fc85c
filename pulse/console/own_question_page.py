"""The form for a question of the organisation's own."""

from dataclasses import dataclass

from surveys.library_bank import default_instrument
from surveys.own_questions import LONGEST_NAME, LONGEST_WORDING, OWN_SCALES


@dataclass(frozen=True, slots=True)
class OwnQuestionForm:
    wording: str = ""
    name: str = ""
    scale: str = OWN_SCALES[0]


@dataclass(frozen=True, slots=True)
class OwnQuestionPage:
    """`field` is the one that `problem` speaks of, "" where nothing is wrong."""

    form: OwnQuestionForm
    scales: tuple[tuple[str, str], ...]
    longest_wording: int
    longest_name: int
    field: str
    problem: str

    def error_of(self, field: str) -> dict[str, str] | None:
        """Return a field's message as GOV.UK components take it."""
        return {"text": self.problem} if field == self.field else None


def own_question_page(
    form: OwnQuestionForm, *, field: str = "", problem: str = ""
) -> OwnQuestionPage:
    scales = default_instrument().scales
    return OwnQuestionPage(
        form=form,
        scales=tuple((code, " … ".join(scales[code].labels[::4])) for code in OWN_SCALES),
        longest_wording=LONGEST_WORDING,
        longest_name=LONGEST_NAME,
        field=field,
        problem=problem,
    )
