"""Builds a demo installation through the same steps as a real one: init, imports, accounts."""

import csv
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from analysis.chart_notes import Author, Where, annotate
from analysis.history.columns import BreakdownColumn, ColumnMapping, ItemColumn
from analysis.history.importing import Transactions, import_responses
from analysis.history.reading import open_responses
from pulse.answering_settings import MailWay
from pulse.cli.imports import units_body
from pulse.cli.init import make_stores
from pulse.config import Settings
from pulse.console.workforce_imports import FigureFile, mark_of, plan_figures, store_figures
from pulse.demo.city import Organisation
from pulse.demo.open_wave import open_demo_wave, wave_days
from pulse.demo.people import WORKFORCE_COLUMNS, MonthFiles, live
from pulse.demo.story import NOTES
from pulse.installation import Installation
from pulse.keys import create_keys
from pulse.office.session_secret import session_secret
from pulse.stores import Stores
from surveys.ledger.log import EntryKind, append
from surveys.library_bank import default_instrument
from surveys.months import Month
from surveys.policy import AnonymityPolicy
from surveys.policy_log import record_policy
from surveys.unit_registry import apply_units, plan_units
from surveys.units import UnitCode

_RELEASE_DAY = 9  # of the month after the answers

Told = Callable[[str], None]
"""Hears one line for each step that is done."""


def build(organisation: Organisation, settings: Settings, told: Told, *, today: date) -> None:
    """Make the organisation's installation in `settings.home`, whole or not at all.

    It is built beside its place and moved there at the end, so that a build that was cut short is
    simply started again.
    """
    unfinished = settings.home.with_name(settings.home.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    elsewhere = Settings.from_environ(
        {
            "PULSE_HOME": str(unfinished),
            "PULSE_ORGANISATION": settings.organisation,
            "PULSE_PUBLIC_URL": settings.public_url,
            "PULSE_MAIL": MailWay.MAILBOX.value,
        }
    )
    with closing(Stores.of(elsewhere)) as stores, tempfile.TemporaryDirectory() as folder:
        files = Path(folder)
        site = _initialise(organisation, elsewhere, stores)
        _import_units(organisation, site, files)
        told(f"{organisation.name}: {len(organisation.people)} teams")
        months = list(_released_months(organisation, site, files, told))
        _import_workforce(months, site, files)
        _note_the_story(organisation, site, months[-1].month)
        if organisation.has_open_wave:
            days = wave_days(today, organisation.months[-1])
            *_past, present = live(organisation, default_instrument(), [Month.of(days[0])])
            open_demo_wave(organisation, site, present, days, folder=files, told=told)
    shutil.rmtree(settings.home, ignore_errors=True)
    unfinished.rename(settings.home)


def _initialise(organisation: Organisation, settings: Settings, stores: Stores) -> Installation:
    make_stores(settings, stores)
    signer = create_keys(settings)
    session_secret(settings.keys)
    # Without days for a challenge a newcomer who closes the open wave sees its release at once.
    policy = AnonymityPolicy(
        threshold=organisation.threshold, challenge_days=0, breakdowns=organisation.breakdowns
    )
    day = organisation.months[0].first_day - timedelta(days=30)
    with stores.archive() as session:
        record_policy(session, policy, signer=signer, day=day)
    return Installation(settings, stores, signer)


def _import_units(organisation: Organisation, site: Installation, folder: Path) -> None:
    path = folder / "units.csv"
    _write(path, ("code", "name", "parent"), organisation.units)
    day = organisation.months[0].first_day
    with site.stores.registry() as registry, site.stores.archive() as archive:
        plan = plan_units(registry, path, day)
        apply_units(registry, plan)
        append(archive, EntryKind.UNITS, units_body(plan), signer=site.signer, day=day)


def _released_months(
    organisation: Organisation, site: Installation, folder: Path, told: Told
) -> Iterator[MonthFiles]:
    stores = Transactions(site.stores.registry, site.stores.archive)
    for month in live(organisation, default_instrument()):
        path = folder / f"{month.month}.csv"
        path.write_text(month.responses, encoding="utf-8")
        columns = tuple(ItemColumn(item.code, item.code) for item in month.items)
        divided = tuple(BreakdownColumn(each.code, each.code) for each in month.breakdowns)
        import_responses(
            open_responses(
                path, ColumnMapping("unit", "person", "date", columns, breakdowns=divided)
            ),
            stores,
            home=site.settings.home,
            signer=site.signer,
            day=_release_day(month.month),
            progress=lambda _read: None,
        )
        path.unlink()
        told(f"  {month.month.words} released")
        yield month


def _release_day(month: Month) -> date:
    return month.shifted(1).first_day + timedelta(days=_RELEASE_DAY - 1)


def _import_workforce(months: list[MonthFiles], site: Installation, folder: Path) -> None:
    path = folder / "workforce.csv"
    _write(
        path,
        WORKFORCE_COLUMNS,
        (row for month in months for row in month.workforce),
    )
    figures = FigureFile(path)
    shown = mark_of(plan_figures(site.stores, figures))
    day = _release_day(months[-1].month)
    store_figures(site.stores, site.signer, figures, shown=shown, today=day)


def _note_the_story(organisation: Organisation, site: Installation, newest: Month) -> None:
    """Put the notes of the story on the charts of the units that the organisation has."""
    names = {code: name for code, name, _parent in organisation.units}
    with site.stores.archive(writing=True) as archive:
        for code, month, text in NOTES:
            if code in names:
                annotate(
                    archive,
                    Where(UnitCode(code), names[code], with_units_below=True),
                    month,
                    text,
                    author=Author.LEADER,
                    signer=site.signer,
                    day=_release_day(newest),
                )


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
