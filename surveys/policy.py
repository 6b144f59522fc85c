"""The anonymity policy: every rule that decides what may be shown, in one logged value."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from surveys.errors import SurveyError

THRESHOLD_FLOOR = 5
"""No policy can set k lower; PRODUCT core rules, agreed floor in code."""

DEFAULT_THRESHOLD = 10


class PolicyError(SurveyError):
    """A policy breaks a rule that no policy may break."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A demographic question whose options may divide a unit's figures."""

    code: str
    name: str
    options: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(set(self.options)) < 2:  # noqa: PLR2004 - one option divides nothing
            raise PolicyError(f"breakdown {self.code!r} needs at least two different options")


@dataclass(frozen=True, slots=True)
class AnonymityPolicy:
    """Thresholds are people, steps are percentage points, times are days or months.

    `threshold` is k: the fewest people a shown figure may rest on. `colluders` are colleagues who
    pool their answers; the engine then works with `threshold + colluders`.
    """

    threshold: int = DEFAULT_THRESHOLD
    colluders: int = 0
    share_step: int = 5
    coarse_share_step: int = 10
    coarse_shares_below: int = 15
    all_options_from: int = 30
    reliability_from: int = 200
    leavers_threshold: int = 5
    comments_from: int = 10
    comment_respondents_from: int = 25
    comment_months_kept: int = 24
    response_rate_step: int = 5
    open_rate_from_invited: int = 100
    days_between_openings: int = 21
    most_questions: int = 8
    challenge_days: int = 3
    breakdowns: tuple[Breakdown, ...] = field(default=())
    crossing_levels: tuple[int, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.threshold < THRESHOLD_FLOOR:
            raise PolicyError(
                f"k is {self.threshold}; nobody can set it below {THRESHOLD_FLOOR}. "
                f"Choose {THRESHOLD_FLOOR} or more."
            )
        if self.colluders < 0:
            raise PolicyError("the number of colluders cannot be negative")
        if not 0 <= self.challenge_days <= 14:  # noqa: PLR2004 - ANONYMITY 4.5: at most 14 days
            raise PolicyError("challenge_days is 0 to 14")
        codes = [breakdown.code for breakdown in self.breakdowns]
        if len(set(codes)) != len(codes):
            raise PolicyError("one breakdown code stands twice")

    @property
    def shown_threshold(self) -> int:
        """The number that screens name: k and the colluders it is proof against."""
        return self.threshold + self.colluders

    def as_document(self) -> dict[str, object]:
        """Return the policy as plain JSON values, every field by its name."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, object]) -> "AnonymityPolicy":
        """Return the policy of a document that `as_document` made.

        Raises:
            PolicyError: a field is unknown or breaks a rule.
        """
        values = dict(document)
        unknown = set(values) - set(cls.__dataclass_fields__)
        if unknown:
            raise PolicyError(f"unknown policy fields: {', '.join(sorted(unknown))}")
        breakdowns = values.pop("breakdowns", ())
        levels = values.pop("crossing_levels", ())
        if not isinstance(breakdowns, list | tuple) or not isinstance(levels, list | tuple):
            raise PolicyError("breakdowns and crossing_levels are lists")
        return cls(
            breakdowns=tuple(
                Breakdown(str(b["code"]), str(b["name"]), tuple(b["options"])) for b in breakdowns
            ),
            crossing_levels=tuple(int(level) for level in levels),
            **{name: _whole_number(name, value) for name, value in values.items()},
        )


def _whole_number(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise PolicyError(f"policy field {name} is {value!r}; it must be a whole number")
    return value
