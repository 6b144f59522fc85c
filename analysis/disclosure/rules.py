"""The rules that the engine works by."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """`threshold` is k, the fewest people a figure may rest on; `colluders` pool their answers.

    Someone who holds c answers of colleagues can take them off every figure, so the engine
    works with k + c and what is left still rests on k.
    """

    threshold: int
    colluders: int = 0

    def __post_init__(self) -> None:
        if self.threshold < 1:
            raise ValueError(f"a threshold of {self.threshold} people protects nobody")
        if self.colluders < 0:
            raise ValueError("the number of colluders cannot be negative")

    @property
    def smallest_group(self) -> int:
        """The fewest people whom any combination of shown figures may rest on."""
        return self.threshold + self.colluders
