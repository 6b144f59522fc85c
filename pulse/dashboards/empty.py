"""What the result pages say before there is a result."""

from dataclasses import dataclass

from pulse.access import Role, Viewer


class NothingToShow(Exception):  # noqa: N818 - not an error: there is nothing yet, and a page says so
    """There is no figure for this viewer; `page` says why and what comes next."""

    def __init__(self, page: "EmptyPage") -> None:
        super().__init__(page.title)
        self.page = page


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, with the command that does it."""

    words: str
    command: str


@dataclass(frozen=True, slots=True)
class EmptyPage:
    """A page without figures; `steps` are for those who can change that."""

    title: str
    lead: str
    steps: tuple[Step, ...] = ()


_STEPS = (
    Step("Bring in the units of the organisation.", "pulse import units UNITS.csv"),
    Step("Bring in earlier answers. They are counted, protected and released.",
         "pulse import responses ANSWERS.csv"),
    Step("Bring in headcounts and leavers, for the turnover page.",
         "pulse import workforce WORKFORCE.csv"),
)  # fmt: skip


def no_release_page(viewer: Viewer) -> EmptyPage:
    """Return what to do (HR), or what will come (everybody else)."""
    title = "Nothing has been released yet"
    if viewer.role is Role.HR:
        return EmptyPage(
            title,
            "When the first month is released, this page says in words what staff told you. "
            "Three commands bring in what you already have.",
            _STEPS,
        )
    return EmptyPage(
        title,
        "When the first month is released, this page says in words what staff told you, what "
        "moved beyond ordinary variation, and what to go and ask. Until then nobody sees "
        "anything, HR included.",
    )


def no_unit_page() -> EmptyPage:
    """Return the page of a leader whose units are not in the newest released tree."""
    return EmptyPage(
        "None of your units is in the newest release",
        "Your account names units that are no longer in the organisation chart, or not yet. "
        "Ask HR to give your account its present units.",
    )
