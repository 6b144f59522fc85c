"""The frame around every page: whose it is, who reads it, and where else they may go."""

from dataclasses import dataclass

from flask import Flask, request, url_for

from pulse.access import Permission, Role, Viewer, find_viewer
from pulse.app_context import current_settings


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the navigation. It is current on every page of its `section`."""

    label: str
    endpoint: str
    permission: Permission
    section: frozenset[str] = frozenset()


_METHOD = "Method"
MOST_ENTRIES = 8
"""More would not be read as words side by side; the design's limit."""

_WAVE_PAGES = ("one", "confirm", "take", "preview")
_BUILDER_PAGES = (
    "plan",
    "create",
    "change",
    "store_change",
    "ahead",
    "add_ahead",
    "own_question",
    "add_question",
)

_NOTE_PAGES = ("listed", "note", "put_note", "rebase_from", "put_rebase", "take_back")

ENTRIES = (
    Entry(
        "Waves",
        "waves.start",
        Permission.MANAGE_WAVES,
        frozenset(f"waves.{page}" for page in _WAVE_PAGES)
        | frozenset(f"wave_builder.{page}" for page in _BUILDER_PAGES)
        | frozenset({"wave_answer.form", "wave_answer.send"}),
    ),
    Entry(
        "People",
        "people.start",
        Permission.MANAGE_PEOPLE,
        frozenset({"people.difference", "people.upload", "people.decide"}),
    ),
    Entry(
        "Workforce",
        "workforce.start",
        Permission.MANAGE_PEOPLE,
        frozenset(f"workforce.{page}" for page in ("upload", "difference", "decide", "history")),
    ),
    Entry("This month", "dashboards.this_month", Permission.VIEW_THIS_MONTH),
    Entry("Heatmap", "dashboards.heatmap", Permission.VIEW_HEATMAP),
    Entry(
        "Units",
        "dashboards.units",
        Permission.VIEW_UNIT,
        frozenset({"dashboards.unit"}) | frozenset(f"notes.{page}" for page in _NOTE_PAGES),
    ),
    Entry(
        "Trends",
        "dashboards.trends",
        Permission.VIEW_TRENDS,
        frozenset({"analyses.moves_with"}),
    ),
    Entry(
        "Turnover",
        "dashboards.turnover",
        Permission.VIEW_TURNOVER,
        frozenset({"dashboards.staffing"}),
    ),
    Entry(
        "Overview",
        "audit.overview",
        Permission.VIEW_AUDIT,
        frozenset({"challenges.start", "challenges.form", "challenges.send"}),
    ),
    Entry("Settings", "audit.settings", Permission.VIEW_AUDIT),
    Entry("Log", "audit.log", Permission.VIEW_AUDIT, frozenset({"audit.entry"})),
    Entry("Self-attack", "audit.self_attack", Permission.VIEW_AUDIT),
    Entry("Health", "administration.health", Permission.VIEW_HEALTH),
    Entry("Accounts", "administration.accounts", Permission.VIEW_ACCOUNTS),
    Entry(
        _METHOD,
        "dashboards.method",
        Permission.VIEW_METHOD,
        frozenset({"analyses.questionnaire"}),
    ),
)

ROLE_NAMES = {
    Role.HR: "HR analyst",
    Role.LEADER: "senior leader",
    Role.TEAM_LEADER: "team leader",
    Role.UNION_AUDITOR: "union auditor",
    Role.ADMINISTRATOR: "administrator",
}


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """What the layout shows around a page; `who` is None while nobody is signed in."""

    organisation: str
    who: str | None
    role: str | None
    links: tuple[Link, ...]
    method_url: str | None
    questionnaire_url: str | None
    moves_with_url: str | None

    @property
    def here(self) -> str:
        """Name of the present page in the navigation, for the small screen's menu."""
        return next((link.label for link in self.links if link.is_current), "Menu")


def frame_of_request() -> Frame:
    """Return the frame for the present request and viewer."""
    organisation = current_settings().organisation
    viewer = find_viewer()
    if viewer is None:
        return Frame(organisation, None, None, (), None, None, None)
    links = links_of(viewer)
    return Frame(
        organisation,
        viewer.display_name,
        ROLE_NAMES[viewer.role],
        links,
        _url_for(viewer, Permission.VIEW_METHOD, "dashboards.method"),
        _url_for(viewer, Permission.VIEW_QUESTIONNAIRE, "analyses.questionnaire"),
        _url_for(viewer, Permission.VIEW_MOVES_WITH, "analyses.moves_with"),
    )


def _url_for(viewer: Viewer, permission: Permission, endpoint: str) -> str | None:
    return url_for(endpoint) if viewer.may(permission) else None


def links_of(viewer: Viewer) -> tuple[Link, ...]:
    entries = [entry for entry in ENTRIES if viewer.may(entry.permission)]
    if len(entries) > MOST_ENTRIES:
        # The method gives way: the foot of every page leads to it.
        entries = [entry for entry in entries if entry.label != _METHOD]
    return tuple(Link(each.label, url_for(each.endpoint), _is_current(each)) for each in entries)


def first_page_of(viewer: Viewer) -> str:
    """Return the address of the first page in the viewer's navigation."""
    return links_of(viewer)[0].url


def _is_current(entry: Entry) -> bool:
    return request.endpoint == entry.endpoint or request.endpoint in entry.section


def frame_pages(app: Flask) -> None:
    """Give templates `frame`, made afresh for each page."""
    app.context_processor(lambda: {"frame": frame_of_request()})
