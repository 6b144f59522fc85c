"""The open wave of the demo: a list of staff, a wave of this month, and some who have answered."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import select

from pulse.console.people_imports import StaffLists, mark_of, plan_lists, store_lists
from pulse.demo.city import Organisation
from pulse.demo.people import MonthFiles
from pulse.demo.phones import Phones
from pulse.installation import Installation
from pulse.jobs.mailing import mail_round
from pulse.jobs.opening import open_wave
from pulse.jobs.preparing import begin_preparing, go_on_preparing, keys_of
from pulse.jobs.worker import served_files
from surveys.breakdown_questions import answers_on_offer
from surveys.custody import read_key
from surveys.invitations import secret_of
from surveys.library_bank import default_instrument
from surveys.months import Month
from surveys.policy_log import policy_in_force
from surveys.roster_tables import PlacementRow
from surveys.units import UnitCode
from surveys.wave_states import WaveKind
from surveys.wave_tables import InvitationRow
from surveys.waves import WavePlan, create_draft

_DAYS_OPEN = 9  # before today, and as many after
_SHARE_OF_THE_READY = 0.6  # the others wait for a reminder, as people do
_FIRST_NAMES = (
    "Aisha", "Alan", "Amara", "Bea", "Carlos", "Chidi", "Dana", "Dev", "Elif", "Emma", "Farah",
    "Femi", "Gita", "Grace", "Hana", "Harry", "Ivan", "Jada", "Joan", "Kai", "Kofi", "Leila",
    "Liam", "Maya", "Milan", "Nadia", "Noah", "Olga", "Owen", "Priya", "Rosa", "Sam", "Tariq",
    "Tess", "Uma", "Vera", "Wei", "Yusuf", "Zara", "Zoe",
)  # fmt: skip
_LAST_NAMES = (
    "Abbott", "Adeyemi", "Ahmed", "Barnes", "Begum", "Brook", "Carter", "Cole", "Costa", "Dixon",
    "Evans", "Fisher", "Ford", "Gill", "Grant", "Hall", "Hart", "Hussain", "Iqbal", "Jones",
    "Kaur", "Khan", "Lane", "Marsh", "Mensah", "Moss", "Nair", "Nowak", "Okafor", "Park", "Patel",
    "Quinn", "Reed", "Rossi", "Shah", "Stone", "Sutton", "Tran", "Vale", "Ward",
)  # fmt: skip


def wave_days(today: date, last_released: Month) -> tuple[date, date]:
    """Return when the open wave opened and closes: around today, after the last release."""
    first_free = last_released.shifted(1).first_day
    opened = max(today - timedelta(days=_DAYS_OPEN), first_free)
    return opened, max(today, opened) + timedelta(days=_DAYS_OPEN)


def staff_file(organisation: Organisation) -> str:
    """Return a list of invented staff as HR would export it, one row per post."""
    random = np.random.default_rng(organisation.seed)
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["reference", "name", "email", "unit"])
    number = 0
    for unit, posts in organisation.people.items():
        for _ in range(posts):
            number += 1
            first, last = random.choice(_FIRST_NAMES), random.choice(_LAST_NAMES)
            address = f"{first}.{last}.{number}@eastmoor.example".lower()
            writer.writerow([f"S{number:04d}", f"{first} {last}", address, unit])
    return written.getvalue()


def open_demo_wave(
    organisation: Organisation,
    site: Installation,
    month: MonthFiles,
    days: tuple[date, date],
    *,
    folder: Path,
    told: Callable[[str], None],
) -> str:
    """Take the staff in, open a wave and let some of them answer; return its code.

    Args:
        organisation: whose wave it is.
        site: its installation.
        month: what its people would answer this month.
        days: of opening and closing.
        folder: for files that are needed for a moment.
        told: hears what is done.
    """
    opens_on, closes_on = days
    _take_in_staff(organisation, site, opens_on, folder)
    with site.stores.archive() as archive:
        policy = policy_in_force(archive)
    items = tuple(item.code for item in month.items)
    asked = tuple(breakdown.code for breakdown in month.breakdowns)
    plan = WavePlan(WaveKind.MONTHLY, opens_on, closes_on, items, breakdowns=asked)
    with site.stores.registry() as registry:
        code = create_draft(registry, plan, policy=policy, released=organisation.months).code
    begin_preparing(site, code)
    go_on_preparing(site, code, day=opens_on)
    open_wave(site, code, day=opens_on, served=served_files())
    told(f"  {plan.month.words} is open: keys are made")
    mailed = _mail(site, opens_on, until=closes_on - timedelta(days=_DAYS_OPEN))
    told(f"  {mailed} mails lie in the local mailbox")
    answered = _answer(site, code, month, organisation.seed)
    told(f"  {answered} people have answered it as their phones would")
    return code


def _take_in_staff(organisation: Organisation, site: Installation, day: date, folder: Path) -> None:
    path = folder / "staff.csv"
    path.write_text(staff_file(organisation), encoding="utf-8")
    lists = StaffLists(path, None, day)
    with site.stores.registry() as registry:
        shown = mark_of(plan_lists(registry, lists, today=day))
    store_lists(site.stores, site.signer, lists, shown=shown, today=day, allow_leavers=False)


def _mail(site: Installation, opened_on: date, *, until: date) -> int:
    """Send invitations and reminders as the worker would have, and return how many there were."""
    days = range((until - opened_on).days + 1)
    noons = [datetime.combine(opened_on, time(12)) + timedelta(days=day) for day in days]
    return sum(mail_round(site, noon).sent for noon in noons)


def _answer(site: Installation, code: str, month: MonthFiles, seed: int) -> int:
    """Let part of the staff answer what the story makes them say; return how many did."""
    random = np.random.default_rng(seed)
    secrets = _secrets_by_unit(site, code)
    phones = Phones.of(site, code)
    answered = 0
    for unit, choices in _choices(month):
        if secrets.get(unit) and random.random() < _SHARE_OF_THE_READY:
            phones.answer(secrets[unit].pop(), choices)
            answered += 1
    return answered


def _choices(month: MonthFiles) -> Iterator[tuple[UnitCode, list[int]]]:
    """Yield what each person who is ready to answer would choose: 0 is skipped."""
    scales = default_instrument().scales
    options = [("", *scales[item.scale].options) for item in month.items]
    options += [("", *answers_on_offer(breakdown)) for breakdown in month.breakdowns]
    for unit, _person, _day, *labels in list(csv.reader(io.StringIO(month.responses)))[1:]:
        yield (
            UnitCode(unit),
            [known.index(label) for known, label in zip(options, labels, strict=True)],
        )


def _secrets_by_unit(site: Installation, code: str) -> dict[UnitCode, list[str]]:
    """Return the invitations' secrets by the team in which each person works."""
    invitation_key = read_key(keys_of(site, code).invitation)
    found: dict[UnitCode, list[str]] = {}
    with site.stores.registry() as registry:
        rows = registry.execute(
            select(InvitationRow.id, PlacementRow.unit_code)
            .join(PlacementRow, PlacementRow.person_id == InvitationRow.person_id)
            .where(InvitationRow.wave_code == code, PlacementRow.valid_to.is_(None))
            .order_by(InvitationRow.id)
        )
        for invitation, unit in rows:
            found.setdefault(UnitCode(unit), []).append(secret_of(invitation_key, invitation))
    return found
