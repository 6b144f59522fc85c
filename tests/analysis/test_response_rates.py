"""Response rates after the release: of shown cells only, in steps, and never close to everybody."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.archive import certificate, month_cells
from analysis.figure_text import CellFigures, rate_in
from analysis.preparing import PreparedRelease, ReleaseRefused, prepare_release
from analysis.publishing import make_visible, stage, verify_release
from analysis.release import Bound, CodedNumber, ShownCell, Source, Suppressed
from analysis.response_rates import code_rate
from analysis.tables import CellRow
from analysis.wave_gate import Invitations
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.policy import AnonymityPolicy
from surveys.units import UnitCode
from tests.analysis.release_factories import (
    CONSTRUCTS,
    FIVE,
    MARCH,
    NO_EARLIER,
    SERVICE,
    make_tally,
    make_tree,
    service_release,
    spread_out,
)
from tests.analysis.test_publishing import DAY

OVER, UNDER = Bound.AT_LEAST, Bound.AT_MOST
ANSWERED = {"all": 0, "north": 12, "south": 8, "west": 3}
INVITED = {"all": 0, "north": 30, "south": 14, "west": 9}
STEPS = st.sampled_from([5, 10, 20, 25, 50])


def wave_release(
    answered: Mapping[str, int] = ANSWERED,
    invited: Mapping[str, int] = INVITED,
    policy: AnonymityPolicy = FIVE,
) -> PreparedRelease:
    tally = make_tally({"morale_1": {unit: spread_out(n) for unit, n in answered.items()}})
    return prepare_release(
        tally,
        make_tree(SERVICE),
        policy,
        CONSTRUCTS,
        source=Source.WAVE,
        earlier_spread=NO_EARLIER,
        invitations=Invitations(
            {UnitCode(unit): people for unit, people in invited.items() if people}
        ),
    )


def rates_of(release: PreparedRelease) -> dict[str, CodedNumber | None]:
    """Return the rate of every shown cell."""
    return {cell.unit: rate_in(cell.figures) for cell in release.cells if cell.figures is not None}


@pytest.mark.parametrize(
    ("respondents", "invited", "rate"),
    [
        (13, 20, CodedNumber(65)),  # 65% as it is
        (139, 200, CodedNumber(65)),  # 69.5% is rounded down
        (14, 20, CodedNumber(70)),
        (15, 20, CodedNumber(75)),  # five did not answer: told
        (16, 20, CodedNumber(75, OVER)),  # four did not: 16 of 20 is the lowest, 80%, so over 75%
        (20, 20, CodedNumber(75, OVER)),  # everybody looks the same
        (5, 6, CodedNumber(30, OVER)),  # two of six are 33%
        (96, 100, CodedNumber(90, OVER)),
        (95, 100, CodedNumber(95)),  # five did not answer
        (36, 40, CodedNumber(85, OVER)),  # 36 of 40 are 90%, which is not over 90%
        (990, 1000, CodedNumber(95)),
        (996, 1000, CodedNumber(90, OVER)),  # never over 95%: the bound stops at 90%
        (1000, 1000, CodedNumber(90, OVER)),
        (5, 101, CodedNumber(5, UNDER)),  # 4.95% rounds down to nothing
        (5, 100, CodedNumber(5)),
    ],
)
def test_a_rate_is_rounded_down_and_has_a_bound_where_few_did_not_answer(
    respondents: int, invited: int, rate: CodedNumber
) -> None:
    assert code_rate(respondents, invited, threshold=5, step=5) == rate


def test_with_wide_steps_the_bound_is_on_the_steps_too() -> None:
    assert code_rate(1000, 1000, threshold=5, step=20) == CodedNumber(80, OVER)
    assert code_rate(30, 1000, threshold=5, step=20) == CodedNumber(20, UNDER)


@given(st.integers(1, 300), st.integers(0, 300), st.integers(5, 12), STEPS)
def test_what_a_rate_says_is_true(invited: int, missing: int, k: int, step: int) -> None:
    assume(missing <= invited >= k)
    rate = code_rate(invited - missing, invited, threshold=k, step=step)
    exact = 100 * (invited - missing) / invited
    assert rate.value % step == 0
    if rate.bound is OVER:
        assert exact > rate.value
        assert rate.value <= 90
    elif rate.bound is UNDER:
        assert exact < rate.value == step
    else:
        assert rate.value <= exact < rate.value + step


@given(st.integers(12, 300), st.integers(5, 12), STEPS)
def test_nobody_missing_looks_like_all_but_k_answering(invited: int, k: int, step: int) -> None:
    told = {code_rate(invited - missing, invited, threshold=k, step=step) for missing in range(k)}
    assert len(told) == 1
    assert told.pop().bound is OVER


@pytest.mark.parametrize(("respondents", "invited"), [(6, 5), (-1, 5), (0, 0), (4, 4)])
def test_an_impossible_rate_is_refused(respondents: int, invited: int) -> None:
    with pytest.raises(ValueError, match="invited"):
        code_rate(respondents, invited, threshold=5, step=5)


def test_a_unit_counts_the_groups_that_lie_wholly_under_it() -> None:
    release = wave_release(ANSWERED, INVITED)
    shown = {cell.unit for cell in release.cells if cell.figures is not None}
    assert shown == {"all", "north"}  # "south" goes with "west", whose three would follow from it
    assert rates_of(release) == {"all": CodedNumber(40), "north": CodedNumber(40)}  # 23/53, 12/30


def test_people_counted_one_level_up_belong_to_no_lower_rate() -> None:
    answered = {"all": 6, "north": 8, "south": 12}
    invited = {"all": 12, "north": 20, "south": 30}
    rates = rates_of(wave_release(answered, invited))
    assert rates["north"] == CodedNumber(40)
    assert rates["all"] == CodedNumber(40)  # 26 of 62


def test_hidden_cells_have_no_rate_and_nothing_of_one() -> None:
    release = wave_release()
    hidden = [cell for cell in release.cells if cell.unit in {"south", "west"}]
    assert [(cell.respondents, cell.figures) for cell in hidden] == [(None, None)] * 2


def test_imported_answers_have_no_rate_and_the_certificate_says_so() -> None:
    release = service_release()
    assert set(rates_of(release).values()) == {None}
    assert '"%"' not in "".join(cell.figures or "" for cell in release.cells)
    notes = json.loads(release.certificate)["notes"]
    assert "There is no response rate, because nobody was invited." in notes


def test_the_certificate_says_how_rates_were_made() -> None:
    assert json.loads(wave_release().certificate)["notes"] == [
        "A response rate is the people who answered of the people invited in the groups under a unit.",
        "Only shown units have one. It is rounded down to steps of 5 points.",
        "Where fewer than 5 people did not answer, it is a bound, the same however few they were.",
        (
            "Before the release a sealed certificate with the number of people in every group was made, "
            "read by the stand-alone verifier and forgotten. It was never stored: its hash is all that "
            "is left, and nobody can verify it again."
        ),
    ]


def test_more_answers_than_invitations_are_refused_without_a_count() -> None:
    with pytest.raises(ReleaseRefused, match=r"do not fit together[^0-9]*$"):
        wave_release(ANSWERED, {**INVITED, "north": 11})


def test_people_invited_in_an_unknown_unit_are_refused() -> None:
    with pytest.raises(ReleaseRefused, match="do not fit together"):
        wave_release(ANSWERED, {**INVITED, "elsewhere": 7})


def test_k_of_a_rate_counts_colluders() -> None:
    answered, invited = {"all": 0, "north": 12}, {"all": 0, "north": 18}
    tolerant = AnonymityPolicy(threshold=5, colluders=2)
    assert rates_of(wave_release(answered, invited))["north"] == CodedNumber(65)  # six missing
    assert rates_of(wave_release(answered, invited, tolerant))["north"] == CodedNumber(65, OVER)


def test_a_rate_is_no_item_of_its_cell() -> None:
    (text,) = [cell.figures for cell in wave_release().cells if cell.unit == "north"]
    assert text is not None
    assert text.startswith('{"%":40,')
    assert list(CellFigures(12, text)) == ["morale_1"]


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ('{"%":"90+"}', CodedNumber(90, OVER)),
        ('{"%":"5-","a":null}', CodedNumber(5, UNDER)),
        ('{"%":65,"a":[38,20,20,60]}', CodedNumber(65)),
        ('{"a":[38,20,20,60]}', None),
        ("{}", None),
    ],
)
def test_a_rate_is_read_without_the_figures(text: str, rate: CodedNumber | None) -> None:
    assert rate_in(text) == rate


def test_the_hash_of_the_release_covers_every_rate(stores: Stores, signer: LogSigner) -> None:
    with stores.archive() as session:
        stage(session, wave_release(), import_sha256=None)
        make_visible(session, [MARCH], signer=signer, day=DAY)
        assert verify_release(session, MARCH).is_intact
        cell = session.get(CellRow, ("north", str(MARCH)))
        assert cell is not None
        cell.figures = (cell.figures or "").replace('"%":40', '"%":45')
        session.flush()
        assert verify_release(session, MARCH).broken == ("cells",)


def test_a_rate_comes_back_through_the_door_for_screens(stores: Stores, signer: LogSigner) -> None:
    with stores.archive() as session:
        stage(session, wave_release(), import_sha256=None)
        make_visible(session, [MARCH], signer=signer, day=DAY)
        cells = {code: entry.cell for code, entry in month_cells(session, MARCH).items()}
        north = cells[UnitCode("north")]
        assert isinstance(north, ShownCell)
        assert north.response_rate == CodedNumber(40)
        assert isinstance(cells[UnitCode("west")], Suppressed)
        assert "response rate" in certificate(session, MARCH)


def test_a_release_from_before_there_were_rates_still_verifies(
    stores: Stores, signer: LogSigner
) -> None:
    with stores.archive() as session:
        stage(session, wave_release(invited={}), import_sha256=None)
        make_visible(session, [MARCH], signer=signer, day=DAY)
        assert verify_release(session, MARCH).is_intact
        north = month_cells(session, MARCH)[UnitCode("north")].cell
        assert isinstance(north, ShownCell)
        assert north.response_rate is None
