"""The health page: each thing that Pulse needs, whether it is in order, and what to do if not."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `words` say what was found or what to do."""

    name: str
    is_done: bool
    words: str


@dataclass(frozen=True, slots=True)
class HealthPage:
    checks: tuple[Check, ...]

    @property
    def open_checks(self) -> int:
        return sum(not check.is_done for check in self.checks)

    @property
    def title(self) -> str:
        if self.open_checks == 0:
            return "Everything is in order"
        things = "One thing needs" if self.open_checks == 1 else f"{self.open_checks} things need"
        return f"{things} you"

    @property
    def lead(self) -> str:
        if self.open_checks == 0:
            return "Pulse has all it needs to import, protect and show results."
        return "Begin at the top: what stands further down often follows from it."


def health_page(checks: Iterable[Check]) -> HealthPage:
    return HealthPage(tuple(checks))
