"""What staff read about last time rests on the same limits as the pages of results."""

from datetime import date

from analysis.archive import visible_releases
from analysis.chart_notes import Author, RebaseWish, Where, rebase
from analysis.trends.measures import measures_of
from pulse.respond.since import since_last_time
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.units import UnitCode
from tests.pulse.released import MANY, months_from, release, tally_of

WAVE = (0.0, 0.1, -0.1, 0.1, 0.0, -0.1)


def test_a_rebase_of_the_whole_organisation_holds_for_what_staff_read(
    stores: Stores, signer: LogSigner
) -> None:
    tallies = [
        tally_of(
            month,
            MANY,
            means=dict.fromkeys(MANY, (3.4 if place < 11 else 2.9) + WAVE[place % 6]),
        )
        for place, month in enumerate(months_from(Month(2025, 5), 18))
    ]
    below = "Morale in Eastmoor Services has been below its own average"
    with stores.archive() as session:
        release(session, tallies, signer)
        before = since_last_time(session)
        morale = measures_of(visible_releases(session))[0]
        where = Where(UnitCode("root"), "Eastmoor Services", with_units_below=False)
        wish = RebaseWish(where, Month(2026, 4), morale, "Another duty.")
        rebase(session, wish, author=Author.HR, signer=signer, day=date(2026, 11, 28))
        after = since_last_time(session)

    assert before is not None
    assert after is not None
    assert morale.name == "Morale"
    assert any(finding.startswith(below) for finding in before.findings)
    assert not any(finding.startswith(below) for finding in after.findings)
