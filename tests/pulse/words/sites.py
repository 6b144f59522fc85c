"""Sites in the states that people meet, and everything that their pages and mails say."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from analysis.chart_notes import Author, Where, annotate
from analysis.release import Source
from pulse.access import GRANTED, PERMISSION_MARK, Permission, Role
from pulse.answering_settings import Encryption, MailSettings, MailWay
from pulse.app import create_app
from pulse.installation import Installation
from pulse.jobs.opening import open_wave
from pulse.jobs.preparing import begin_preparing, go_on_preparing
from pulse.jobs.worker import tick
from pulse.mail.sending import mailbox_of, send_due_mail
from pulse.office.accounts import Account, create_account
from pulse.office.sign_ins import begin_sign_in, check_account, utc_now
from surveys.instruments import Benchmark, Benchmarks, Instrument, ItemCode, Statistic
from surveys.packs import add_version
from surveys.policy import Breakdown
from surveys.units import UnitCode
from surveys.wave_tables import WaveRow
from tests.pulse.conftest import PASSWORD
from tests.pulse.released import (
    FIRST,
    INVITED,
    MANY,
    POLICY,
    a_year_and_a_half,
    joined_months,
    release,
    tally_of,
    waves_with_a_joiner,
    workforce,
)
from tests.pulse.waves_made import (
    CLOSES,
    OPENS,
    SERVED,
    answer,
    draft_wave,
    fill_registry,
    secrets_of,
)
from tests.pulse.words.examples import EXAMPLES, FORMS

if TYPE_CHECKING:
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

NOBODY = "nobody signed in"
NOT_FOUND = 404
ROLE = Breakdown("role", "Role family", ("Social work", "Support", "Office"))
_LOCAL = MailSettings(MailWay.MAILBOX, "", 0, "", "", Encryption.NONE, "pulse@localhost")
FIGURES_OF_OTHERS = Instrument(
    "others", "Others", "Office of moods", "Open licence", {}, {}, (), "Open.",
    Benchmarks(
        "Survey of moods", 2024, "national services", "median of organisations",
        (Benchmark(ItemCode("morale"), "How was it?", Statistic.SHARE, "high", 62.4),),
    ),
)  # fmt: skip
_FIGURES = f"unit,period,headcount,leavers,agency\nA,{OPENS:%Y-%m},30,4,x\nB,{OPENS:%Y-%m},30,2,1\n"
_STAFF = "reference,name,email,unit\nx1,Ada,ada@example.org,A\nx2,Ben,ben@example.org,nowhere\n"
_GOOD_STAFF = "reference,name,email,unit\na0,Person a0,a0@example.org,B\nx1,Ada,ada@example.org,A\n"


@dataclass(frozen=True, slots=True)
class Said:
    """What one address said to one reader on one site; `endpoint` is "" for a mail."""

    site: str
    reader: str
    address: str
    endpoint: str
    status: int
    mimetype: str
    body: str

    def __str__(self) -> str:
        return f"{self.site}, {self.reader}, {self.address} ({self.status})"


@dataclass(slots=True)
class Site:
    """An installation with one account per role, and what was read there."""

    name: str
    installation: Installation
    app: Flask = field(init=False)
    readers: dict[str, FlaskClient] = field(init=False)
    values: dict[str, str] = field(default_factory=dict)
    """What stands for `{wave}`, `{mail}` and the like in the addresses of `EXAMPLES`."""
    heard: list[Said] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.app = create_app(self.installation.settings)
        self.app.config["WTF_CSRF_ENABLED"] = False
        self.readers = {NOBODY: self.app.test_client()}
        for role in Role:
            self.readers[role.value] = self._signed_in(role)

    def _signed_in(self, role: Role) -> FlaskClient:
        units = {Role.LEADER: ("root", "ALL"), Role.TEAM_LEADER: ("north-1", "A")}.get(role, ())
        codes = tuple(UnitCode(code) for code in units)
        with self.installation.stores.office() as session:
            account = Account(role.value, "Dana Okafor", role, codes, is_active=True)
            create_account(session, account, password=PASSWORD)
            account_id = check_account(session, role.value, PASSWORD)
            assert account_id is not None
            token = begin_sign_in(session, account_id, now=utc_now())
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["sign_in"] = token
        return client

    def read_every_page(self, state: str, *, as_everybody: bool = False) -> None:
        """Send the forms of this state, then open every address as every reader who may.

        `as_everybody` opens it as all the others too, to read what they are refused with.
        """
        self._send_forms(f"{self.name}: {state}")
        for endpoint, addresses in addresses_of(self.app).items():
            for reader in self.readers if as_everybody else readers_of(self.app, endpoint):
                for address in self._filled(addresses):
                    answered = self.readers[reader].get(address)
                    self.hear(f"{self.name}: {state}", reader, address, endpoint, answered)

    def _send_forms(self, state: str) -> None:
        for form in FORMS:
            if form.state == state:
                address = form.address.format(**self.values)
                answered = self.readers[form.reader].post(address, data=form.data)
                assert answered.status_code != NOT_FOUND, address
                self.hear(f"{state}, form", form.reader, address, "", answered)

    def send_every_form_empty(self) -> None:
        """Send every form without a word in it, and read what is said about it."""
        with self.app.test_request_context():
            adapter = self.app.url_map.bind("localhost")
            stand_ins = {"code": self.values.get("wave", "1"), "step": "close"}
            forms = [
                (rule.endpoint, adapter.build(rule.endpoint, values, method="POST"))
                for rule in rules_of(self.app, "POST")
                for values in [{name: stand_ins.get(name, "1") for name in rule.arguments}]
            ]
        for endpoint, address in forms:
            for reader in readers_of(self.app, endpoint):
                if endpoint != "sign_in.sign_out":
                    answered = self.readers[reader].post(address, data={})
                    self.hear(f"{self.name}: empty form", reader, address, endpoint, answered)

    def read_mails(self) -> None:
        """Read a mail of every subject, each part of it."""
        mailbox = mailbox_of(self.installation.settings)
        seen = set()
        for kept in mailbox.all():
            message = mailbox.read(kept.name)
            assert message is not None
            self.values["mail"] = kept.name
            if message["Subject"] in seen:
                continue
            seen.add(message["Subject"])
            for part in message.walk():
                if not part.is_multipart():
                    text = f"{message['Subject']}\n{part.get_content()}"
                    kind = part.get_content_type()
                    self.heard.append(Said(self.name, "staff", "mail", "", 200, kind, text))

    def _filled(self, addresses: Iterable[str]) -> Iterator[str]:
        for address in addresses:
            try:
                yield address.format(**self.values)
            except KeyError:  # this site has none of these
                continue

    def hear(
        self, where: str, reader: str, address: str, endpoint: str, answered: TestResponse
    ) -> None:
        """Keep what was answered; where it only leads elsewhere, there is nothing to read."""
        body = answered.get_data(as_text=True) if answered.status_code not in {301, 303} else ""
        kind = answered.mimetype or ""
        self.heard.append(Said(where, reader, address, endpoint, answered.status_code, kind, body))


def applications(app: Flask) -> Mapping[str, Flask]:
    """Return every Flask application that is served, by the path it is mounted at."""
    dispatcher: DispatcherMiddleware = app.wsgi_app  # type: ignore[assignment]  # set by create_app
    mounted = {
        prefix: inner for prefix, inner in dispatcher.mounts.items() if isinstance(inner, Flask)
    }
    return {"": app, **mounted}


def rules_of(app: Flask, method: str) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]


def addresses_of(app: Flask) -> dict[str, tuple[str, ...]]:
    """Return the addresses to open for every endpoint that answers GET.

    Raises:
        LookupError: pages whose addresses have parts have no example; all of them are named.
    """
    rules = [
        (prefix, rule)
        for prefix, each in applications(app).items()
        for rule in rules_of(each, "GET")
        if not rule.endpoint.startswith("assets.")
    ]
    lacking = [
        f"{rule.endpoint!r} ({prefix}{rule.rule})"
        for prefix, rule in rules
        if rule.arguments and rule.endpoint not in EXAMPLES
    ]
    if lacking:
        raise LookupError(
            "these pages have parts in their addresses: give each an example in "
            f"tests/pulse/words/examples.py: {', '.join(lacking)}"
        )
    found: dict[str, dict[str, None]] = {}
    for prefix, rule in rules:
        addresses = found.setdefault(rule.endpoint, {})
        plain = () if rule.arguments else (prefix + rule.rule,)
        addresses.update(dict.fromkeys((*plain, *EXAMPLES.get(rule.endpoint, ()))))
    return {endpoint: tuple(addresses) for endpoint, addresses in found.items()}


def readers_of(app: Flask, endpoint: str) -> tuple[str, ...]:
    view = app.view_functions.get(endpoint)
    permission: Permission | None = getattr(view, PERMISSION_MARK, None)
    if permission is None:
        return (NOBODY,)
    return tuple(role.value for role in Role if permission in GRANTED[role])


def bare_site(installation: Installation) -> Site:
    """Nothing is there yet: every empty state, every refusal, every form sent empty."""
    site = Site("bare", installation)
    site.read_every_page("empty", as_everybody=True)
    site.send_every_form_empty()
    site.app.config["WTF_CSRF_ENABLED"] = True
    site.send_every_form_empty()
    return site


def released_site(installation: Installation) -> Site:
    """Eighteen imported months with signals, hidden months and workforce figures."""
    site = Site("released", installation)
    with installation.stores.archive() as session:
        months = a_year_and_a_half(session, installation.signer)
        workforce(session, months, {"north-1": 2, "south-2": 3}, installation.signer)
        where = Where(UnitCode("north"), "North", with_units_below=True)
        note = annotate(
            session, where, months[4], "A new system began.",
            author=Author.HR, signer=installation.signer, day=months[-1].first_day,
        )  # fmt: skip
    site.values["note"] = str(note.place)
    with installation.stores.registry() as session:
        add_version(session, FIGURES_OF_OTHERS, version=1, day=FIRST.first_day)
    site.read_every_page("18 months", as_everybody=True)
    return site


def joined_site(installation: Installation) -> Site:
    """Imported months and then waves, with response rates."""
    site = Site("joined", installation)
    with installation.stores.archive() as session:
        joined_months(session, installation.signer, respondents_of_waves={**MANY, "north-3": 3})
    site.read_every_page("8 imported months and 2 waves")
    return site


def coarse_site(installation: Installation) -> Site:
    """Waves of which the last is shown coarsely, without any workforce figure."""
    site = Site("coarse", installation)
    with installation.stores.archive() as session:
        waves_with_a_joiner(session, installation.signer, count=14)
    site.read_every_page("14 waves")
    return site


def divided_site(installation: Installation) -> Site:
    """One wave that asked a breakdown question, with a group that is hidden."""
    site = Site("divided", installation)
    people = {(unit, place): MANY[unit] // (1, 2, 9)[place] for unit in MANY for place in range(3)}
    whole = tally_of(FIRST, {f"{unit}/{place}": n for (unit, place), n in people.items()}, means={})
    atoms = [str(name).split("/") for name in whole.atoms]
    divided = replace(
        whole,
        atoms=tuple(UnitCode(unit) for unit, _place in atoms),
        breakdowns=(ROLE,),
        categories=tuple((int(place),) for _unit, place in atoms),
    )
    invited = {unit: 3 * number for unit, number in INVITED.items()}
    with installation.stores.archive() as session:
        policy = replace(POLICY, breakdowns=(ROLE,))
        release(
            session, [divided], installation.signer,
            policy=policy, source=Source.WAVE, invited=invited,
        )  # fmt: skip
    site.read_every_page("one divided wave")
    return site


def wave_site(installation: Installation) -> Site:
    """A wave from its draft over a challenge to its release, with mail and a list of staff."""
    answering = replace(installation.settings.answering, mail=_LOCAL)
    settings = replace(installation.settings, answering=answering)
    site = Site("wave", replace(installation, settings=settings))
    fill_registry(site.installation)
    code = draft_wave(site.installation)
    site.values["wave"] = code
    site.read_every_page("draft")
    begin_preparing(site.installation, code)
    assert go_on_preparing(site.installation, code, day=OPENS - timedelta(days=3))
    site.read_every_page("prepared")
    open_wave(site.installation, code, day=OPENS, served=SERVED)
    _send_mail(site)
    _upload_staff(site)
    _upload_figures(site)
    site.read_every_page("open")
    _close_and_challenge(site, code)
    site.read_every_page("challenged")
    _answer_and_release(site, code)
    site.read_every_page("released")
    site.send_every_form_empty()
    return site


def _send_mail(site: Site) -> None:
    for days in (0, 4, 8):
        now = datetime.combine(OPENS + timedelta(days=days), time(12))
        send_due_mail(site.installation, now, contact="Ask Dana.", should_stop=lambda: False)
    site.read_mails()


def _upload_staff(site: Site) -> None:
    """Send a list with a mistake, which is refused by row, and one that can be stored."""
    day = {"day": datetime.now().astimezone().date().isoformat()}
    _upload(site, "/people", "staff", _STAFF, **day)
    site.values["upload"] = _upload(site, "/people", "staff", _GOOD_STAFF, **day)


def _upload_figures(site: Site) -> None:
    """Send workforce figures with a mistake, and ones that can be stored."""
    _upload(site, "/workforce", "figures", _FIGURES.replace("30", "many"))
    site.values["figures"] = _upload(site, "/workforce", "figures", _FIGURES)
    assert site.values["figures"]


def _upload(site: Site, address: str, part: str, text: str, **more: str) -> str:
    """Send a file as HR, read what is said about it, and return the token of its difference."""
    data = {**more, part: (BytesIO(text.encode()), "list.csv")}
    answered = site.readers[Role.HR.value].post(
        address, data=data, content_type="multipart/form-data"
    )
    site.hear(f"{site.name}: list sent", Role.HR.value, address, "", answered)
    return (answered.location or "").rpartition("/")[2]


def _close_and_challenge(site: Site, code: str) -> None:
    for place, secret in enumerate(secrets_of(site.installation, code)):
        answer(site.installation, secret, [1 + (place + item) % 5 for item in range(8)])
    tick(site.installation, datetime.fromisoformat(f"{CLOSES} 18:00"))
    today = datetime.now().astimezone().date()
    with site.installation.stores.registry() as registry:
        days = {"closed_on": today, "releases_on": today + timedelta(days=3)}
        registry.execute(update(WaveRow).where(WaveRow.code == code).values(**days))
    union = site.readers[Role.UNION_AUDITOR.value]
    site.read_every_page("closed")
    form = {"reason": "People were moved the night before it opened.", "decision": "raise"}
    raised = union.post(f"/audit/challenges/{code}", data=form)
    assert raised.status_code == 303, raised.get_data(as_text=True)


def _answer_and_release(site: Site, code: str) -> None:
    hr = site.readers[Role.HR.value]
    form = {"words": "They had been entered twice.", "outcome": "release", "decision": "answer"}
    assert hr.post(f"/waves/{code}/answer", data=form).status_code == 303
    later = datetime.now().astimezone().date() + timedelta(days=4)
    for hour in (12, 13, 14):
        tick(site.installation, datetime.fromisoformat(f"{later} {hour}:00"))
