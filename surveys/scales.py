"""Scales: ordered labelled answers, their three bands and the answers that score nothing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Band:
    """One of a scale's three neighbouring ranges of scores, both ends included."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Scale:
    """Ordered labelled answers scored 1, 2, ... len(labels).

    `unscored` are further answers on offer, such as "prefer not to say"; `bands` are exactly
    three, lowest first, and cover every score once.
    """

    code: str
    labels: tuple[str, ...]
    bands: tuple[Band, Band, Band]
    unscored: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.labels) < 3:  # noqa: PLR2004 - three bands need three scores
            raise ValueError(f"scale {self.code!r} has fewer than three labels")
        texts = [*self.labels, *self.unscored]
        if len({text.casefold() for text in texts}) != len(texts):
            raise ValueError(f"scale {self.code!r} says one label twice")
        covered = [score for band in self.bands for score in range(band.first, band.last + 1)]
        if covered != list(range(1, len(self.labels) + 1)):
            raise ValueError(f"the three bands of scale {self.code!r} do not cover each score once")

    @property
    def options(self) -> tuple[str, ...]:
        """Every answer on offer in the order in which counts keep them; "skipped" comes after."""
        return self.labels + self.unscored

    def score(self, choice: int, *, reverse_keyed: bool = False) -> int:
        """Return the score of the 1-based choice, mirrored if reverse_keyed.

        Raises:
            ValueError: the choice is off the scale or scores nothing.
        """
        if not 1 <= choice <= len(self.labels):
            raise ValueError(f"choice {choice} is off scale {self.code!r}")
        return len(self.labels) + 1 - choice if reverse_keyed else choice
