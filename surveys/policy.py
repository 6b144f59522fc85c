"""The anonymity policy: every rule that decides what may be shown, in one logged value."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches

from surveys.errors import SurveyError

THRESHOLD_FLOOR = 5
"""No policy can set k lower."""

DEFAULT_THRESHOLD = 10


class PolicyError(SurveyError):
    """A policy breaks a rule that no policy may break."""


LIMITS: Mapping[str, tuple[int, int]] = {
    "threshold": (THRESHOLD_FLOOR, 1000),
    "colluders": (0, 100),
    "share_step": (5, 50),
    "coarse_share_step": (10, 50),
    "coarse_shares_below": (15, 1000),
    "all_options_from": (30, 100_000),
    "reliability_from": (200, 100_000),
    "leavers_threshold": (5, 1000),
    "comments_from": (10, 1000),
    "comment_respondents_from": (25, 1000),
    "comment_months_kept": (1, 24),
    "response_rate_step": (5, 50),
    "open_rate_from_invited": (100, 100_000),
    "days_between_openings": (21, 366),
    "most_questions": (1, 8),
    "challenge_days": (0, 14),
}
"""Least and most of each number. Most rules have one side that is agreed for good, such as "at most
8 questions": there a policy may be stricter and never weaker."""

_STEPS = ("share_step", "coarse_share_step", "response_rate_step")

PREFER_NOT_TO_SAY = "Prefer not to say"
"""What every breakdown question offers beside its options: to be in none of them."""

MOST_OPTIONS = 12
"""Options are coarse: of more, most would hide each other in every unit."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A demographic question whose options may divide a unit's figures."""

    code: str
    name: str
    options: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.code.strip() or not self.name.strip():
            raise PolicyError("a breakdown needs a code and a name")
        if "*" in self.code:
            raise PolicyError(f"the breakdown code {self.code!r} has a star; it joins two of them")
        if len({option.strip().casefold() for option in self.options}) != len(self.options):
            raise PolicyError(f"breakdown {self.code!r} has one option twice")
        if not all(option.strip() for option in self.options):
            raise PolicyError(f"breakdown {self.code!r} has an option without words")
        if len(self.options) < 2:  # noqa: PLR2004 - one option divides nothing
            raise PolicyError(f"breakdown {self.code!r} needs at least two options")
        if len(self.options) > MOST_OPTIONS:
            raise PolicyError(
                f"breakdown {self.code!r} has {len(self.options)} options; "
                f"it can have {MOST_OPTIONS}. Join some of them."
            )
        if PREFER_NOT_TO_SAY.casefold() in {option.strip().casefold() for option in self.options}:
            raise PolicyError(
                f"breakdown {self.code!r} lists {PREFER_NOT_TO_SAY!r}; "
                "leave it out, it is always on offer"
            )


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
        for name, (least, most) in LIMITS.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise PolicyError(f"{name} is {value}; it must be {least} to {most}")
        for name in _STEPS:
            if 100 % getattr(self, name):
                raise PolicyError(f"{name} is {getattr(self, name)}; it must divide 100")
        if self.coarse_share_step < self.share_step:
            raise PolicyError("coarse_share_step must not be finer than share_step")
        if any(level < 0 for level in self.crossing_levels):
            raise PolicyError("crossing_levels counts levels from 0, the whole organisation")
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
        unknown = sorted(set(document) - set(cls.__dataclass_fields__))
        if unknown:
            near = get_close_matches(unknown[0], cls.__dataclass_fields__, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise PolicyError(f"the policy has no field {unknown[0]!r}{hint}")
        return cls(
            breakdowns=tuple(
                _breakdown(entry) for entry in _list("breakdowns", document.get("breakdowns", ()))
            ),
            crossing_levels=tuple(
                _whole_number("crossing_levels", level)
                for level in _list("crossing_levels", document.get("crossing_levels", ()))
            ),
            **{name: _whole_number(name, document[name]) for name in LIMITS if name in document},
        )


def _breakdown(entry: object) -> Breakdown:
    if not isinstance(entry, Mapping) or set(entry) != {"code", "name", "options"}:
        raise PolicyError("each breakdown has a code, a name and options, and nothing else")
    texts = [entry["code"], entry["name"], *_list("options", entry["options"])]
    if not all(isinstance(text, str) for text in texts):
        raise PolicyError("a breakdown's code, name and options are words in quotation marks")
    code, name, *options = (str(text) for text in texts)
    return Breakdown(code, name, tuple(options))


def _list(name: str, value: object) -> Sequence[object]:
    if not isinstance(value, list | tuple):
        raise PolicyError(f"{name} is {value!r}; it must be a list")
    return value


def _whole_number(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise PolicyError(f"{name} is {value!r}; it must be a whole number")
    return value
