"""Addresses that stand for every page: add a line here with each page whose address has parts.

A page without parts in its address is opened as it is and needs no line; give it one for states
that its query makes. `{wave}`, `{mail}`, `{upload}`, `{figures}` and `{note}` stand for what a site has; an address is
left out on sites that have none. What a site does not know is opened all the same: its "not found"
is read as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "audit.certificate": ("/audit/certificates/2025-06.json",),
    "audit.entry": tuple(f"/audit/log/{place}" for place in range(12)),
    "audit.log": ("/audit/log", "/audit/log?page=2"),
    "challenges.form": ("/audit/challenges/{wave}",),
    "dashboards.heatmap": (
        "/heatmap", "/heatmap?level=2", "/heatmap?level=2&order=change",
        "/heatmap?level=2&month=2025-08",
    ),
    "dashboards.turnover": ("/turnover", "/turnover?unit=north-1", "/turnover?unit=south"),
    "dashboards.unit": (
        "/units/root", "/units/north", "/units/north-1", "/units/north-1?measure=workload",
        "/units/north-2?months=all", "/units/north-3", "/units/root?by=role",
        "/units/north?by=tenure", "/units/ALL", "/units/A", "/units/C",
    ),
    "dashboards.unit_groups": ("/units/root/groups.csv", "/units/north/groups.csv?by=tenure"),
    "dashboards.unit_table": ("/units/root.csv", "/units/north-3.csv", "/units/ALL.csv"),
    "dashboards.trends": (
        "/trends", "/trends?unit=north", "/trends?depth=2", "/trends?unit=ALL", "/trends?page=2",
    ),
    "dashboards.staffing": ("/workforce/rates", "/workforce/rates?unit=north&rate=leavers"),
    "mailbox.one": ("/mailbox/{mail}",),
    "mailbox.start": ("/mailbox", "/mailbox?address=nobody"),
    "notes.listed": ("/units/north/notes", "/units/north-1/notes", "/units/A/notes"),
    "notes.note": ("/units/north/notes/new?month=2025-08",),
    "notes.rebase_from": ("/units/north/notes/rebase", "/units/north-1/notes/rebase?measure=morale"),
    "notes.take_back": ("/units/north/notes/{note}/withdraw",),
    "people.difference": ("/people/difference/{upload}",),
    "wave_answer.form": ("/waves/{wave}/answer",),
    "wave_builder.change": ("/waves/{wave}/change",),
    "wave_builder.ahead": ("/waves/ahead", "/waves/ahead?months=6&skip=2026-12-24"),
    "waves.confirm": tuple(
        f"/waves/{{wave}}/{step}"
        for step in ("prepare", "open", "extend", "close", "cancel", "destroy", "unknown")
    ),
    "waves.one": ("/waves/{wave}",),
    "waves.preview": ("/waves/{wave}/preview",),
    "waves.preview_page": ("/waves/{wave}/preview/page",),
    "workforce.difference": ("/workforce/difference/{figures}",),
    "respond.receipt_list": ("/p/receipts/{wave}.txt",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Form:
    """A form that somebody sends on a site in a state, before its pages are read there.

    Without a decision most forms ask once more; what they answer is read like a page. `state` is
    the site's name and state as in `sites.py`.
    """

    state: str
    reader: str
    address: str
    data: Mapping[str, str]


FORMS = (
    Form("bare: empty", "nobody signed in", "/sign-in", {"name": "x", "password": "wrong"}),
    Form("released: 18 months", "leader", "/units/north/notes/new", {"month": "2025-08"}),
    Form(
        "released: 18 months", "leader", "/units/north/notes/new",
        {"month": "2025-08", "text": "The office moved.", "below": "yes"},
    ),
    Form(
        "released: 18 months", "hr", "/units/north/notes/{note}/withdraw",
        {"why": "It was another office."},
    ),
    Form(
        "released: 18 months", "hr", "/units/north/notes/rebase",
        {"measure": "morale", "month": "2025-12", "reason": "Two teams joined.", "below": "yes"},
    ),
    Form(
        "released: 18 months", "hr", "/units/north/notes/rebase",
        {"measure": "morale", "month": "2025-06", "reason": "Too soon."},
    ),
    Form("wave: draft", "hr", "/waves/plan", {"kind": "monthly", "opens_on": "soon"}),
    Form("wave: draft", "hr", "/waves/ahead", {"months": "3", "skip": "Christmas"}),
    Form("wave: draft", "hr", "/waves/own-question", {"wording": "Why?", "scale": "unknown"}),
    Form("wave: open", "hr", "/waves/{wave}/extend", {"closes_on": "soon"}),
    Form("wave: closed", "union_auditor", "/audit/challenges/{wave}", {"reason": "Many moved."}),
    Form("wave: closed", "union_auditor", "/audit/challenges/{wave}", {"reason": "x" * 2000}),
    Form(
        "wave: challenged", "hr", "/waves/{wave}/answer",
        {"words": "They had been entered twice.", "outcome": "release"},
    ),
    Form("wave: challenged", "hr", "/waves/{wave}/answer", {"words": "", "outcome": "destroy"}),
)  # fmt: skip
"""Add what a new form answers when it is filled in, or filled in wrong."""

NO_WORDS: Mapping[str, str] = {
    "assets.hashed_file": "styles and scripts; their sources are read by test_words_of_sources",
    "home.start": "only leads elsewhere",
    "respond.receipt_list": "random identifiers, and of a wave that has been released",
}
"""Endpoints whose answer cannot be required on the sites of these tests, and why."""
