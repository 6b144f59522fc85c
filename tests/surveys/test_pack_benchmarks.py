"""Published figures in packs: read from TOML or a published table, refused by name where wrong."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pulse.stores import Stores
from surveys.instrument_documents import instrument_document, instrument_of
from surveys.instruments import Benchmark, Benchmarks, Instrument, ItemCode, Statistic
from surveys.library_bank import default_instrument
from surveys.pack_files import read_pack
from surveys.packs import apply_pack, known_instruments, plan_pack
from surveys.sheets import ImportRejected
from tests.surveys.pack_text import BENCHMARKS, BENCHMARKS_ALONE, PACK, PUBLISHED_CSV

WriteFile = Callable[..., Path]
DAY = date(2026, 11, 22)
REPOSITORY = Path(__file__).resolve().parents[2]


def read(write_file: WriteFile, text: str, table: str = PUBLISHED_CSV) -> Benchmarks:
    write_file("published.csv", table)
    found = read_pack(write_file("pack.toml", text)).benchmarks
    assert found is not None
    return found


def plan(stores: Stores, write_file: WriteFile, text: str) -> Instrument:
    write_file("published.csv", PUBLISHED_CSV)
    path = write_file("pack.toml", text)
    with stores.registry() as session:
        made = plan_pack(session, path)
        apply_pack(session, made, day=DAY)
        return made.instrument


def test_figures_written_in_the_pack_are_read_with_who_answered_and_when(
    write_file: WriteFile,
) -> None:
    found = read(write_file, PACK + BENCHMARKS)
    assert (found.survey, found.year, found.sector) == (
        "Survey of moods", 2024, "national services",
    )  # fmt: skip
    assert found.figures == (
        Benchmark(ItemCode("mood-today"), "Was it a good day?", Statistic.SHARE, "good", 62.4),
        Benchmark(ItemCode("mood-today"), "How was today?", Statistic.MEAN, "", 2.9),
    )


def test_a_row_of_a_published_table_brings_its_figure_and_its_question(
    write_file: WriteFile,
) -> None:
    (figure,) = read(write_file, BENCHMARKS_ALONE).figures
    assert (figure.value, figure.asked) == (65.657, "I have an acceptable workload")


def test_the_question_of_a_row_can_be_written_shorter(write_file: WriteFile) -> None:
    (figure,) = read(write_file, BENCHMARKS_ALONE + 'asked = "Workload"\n').figures
    assert figure.asked == "Workload"


def test_a_pack_of_figures_alone_goes_with_the_bank_that_comes_with_pulse(
    any_stores: Stores, write_file: WriteFile
) -> None:
    made = plan(any_stores, write_file, BENCHMARKS_ALONE)
    with any_stores.registry() as session:
        assert known_instruments(session) == (default_instrument(), made)


def test_a_newer_year_is_a_new_version_and_the_same_figures_are_nothing_to_do(
    stores: Stores, write_file: WriteFile
) -> None:
    plan(stores, write_file, BENCHMARKS_ALONE)
    path = write_file("pack.toml", BENCHMARKS_ALONE)
    with stores.registry() as session:
        assert not plan_pack(session, path).has_changes
    path = write_file("pack.toml", BENCHMARKS_ALONE.replace('value = "2024"', 'value = "2023"'))
    with stores.registry() as session:
        assert plan_pack(session, path).version == 2


def test_figures_are_kept_and_read_back_to_the_last_digit(write_file: WriteFile) -> None:
    write_file("published.csv", PUBLISHED_CSV.replace("65.657", "65.65700000000001"))
    pack = read_pack(write_file("pack.toml", BENCHMARKS_ALONE))
    assert instrument_of(instrument_document(pack)) == pack


def test_an_instrument_without_figures_is_written_as_before_there_were_any() -> None:
    assert '"benchmarks"' not in instrument_document(default_instrument())


def spoilt(old: str, new: str) -> str:
    text = PACK + BENCHMARKS
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("text", "place", "rule"),
    [
        (spoilt("year = 2024", "year = 24"), "benchmarks.year", "is no year between"),
        (spoilt('sector = "national services"', ""), "benchmarks.sector", "missing"),
        (spoilt("value = 62.4", "value = 162.4"), "benchmarks.figures[1].value", "no percentage"),
        (spoilt("value = 62.4", 'value = "a lot"'), "benchmarks.figures[1].value", "a number"),
        (spoilt('"mean"', '"median"'), "benchmarks.figures[2].statistic", "nothing else of"),
        (spoilt('"mean"', '"mean"\nband = "good"'), "benchmarks.figures[2].band", "has no band"),
        (spoilt("value = 62.4", 'row = "B33"'), "benchmarks.figures[1].row", "names no table"),
        (spoilt("value = 2.9", "value = 2.9\nlevel = 1"), "benchmarks.figures[2].level", "unknown"),
        (
            spoilt('statistic = "mean"', 'band = "good"'),
            "benchmarks.figures[2]", "stands in figures[1] already",
        ),
        (
            BENCHMARKS_ALONE.replace('"B33"', '"B99"'),
            "benchmarks.figures[1].row", "published.csv has no such row",
        ),
        (
            BENCHMARKS_ALONE.replace('"B33"', '"B34"'),
            "benchmarks.figures[1].row", "published.csv, row 3, 2024: '[z]' is no number",
        ),
        (
            BENCHMARKS_ALONE.replace("published.csv", "../published.csv"),
            "benchmarks.table.file", "same folder",
        ),
        (
            BENCHMARKS_ALONE[: BENCHMARKS_ALONE.index("[[")],
            "benchmarks.figures", "there is no figure",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_its_place_and_rule(
    write_file: WriteFile, text: str, place: str, rule: str
) -> None:
    write_file("published.csv", PUBLISHED_CSV)
    with pytest.raises(ImportRejected) as refused:
        read_pack(write_file("pack.toml", text))
    assert any(
        problem.column == place and rule in problem.rule for problem in refused.value.problems
    ), str(refused.value)


def test_a_row_that_stands_twice_in_the_published_table_is_refused(write_file: WriteFile) -> None:
    twice = PUBLISHED_CSV + "B33,Again,1,2\n"
    with pytest.raises(ImportRejected, match="row 4, Measure: 'B33' stands in row 2 already"):
        read(write_file, BENCHMARKS_ALONE, twice)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('item = "mood-today"\nband', 'item = "moods"\nband', "no question has the code 'moods'"),
        ('band = "good"\nvalue', 'band = "great"\nvalue', "its bands are 'bad', 'fair', 'good'"),
        ("value = 2.9", "value = 4.2", "lies between 1 and 4"),
        (
            'item = "mood-today"\nstatistic',
            'item = "mood-bad"\nstatistic',
            "read the wrong way round",
        ),
    ],
)
def test_a_figure_that_nothing_of_ours_can_stand_beside_is_refused_and_nothing_is_kept(
    stores: Stores, write_file: WriteFile, old: str, new: str, rule: str
) -> None:
    path = write_file("pack.toml", spoilt(old, new))
    with stores.registry() as session:
        with pytest.raises(ImportRejected, match=rule):
            plan_pack(session, path)
        assert known_instruments(session) == (default_instrument(),)


def test_the_published_medians_of_a_real_survey_come_in_as_the_guide_says(
    stores: Stores, write_file: WriteFile, shared_data: Path
) -> None:
    real = shared_data / "instruments" / "csps_2024_benchmark_medians_2009_2024.csv"
    if not real.is_file():
        pytest.skip(f"{real} is absent")
    write_file("csps-medians.csv", real.read_text(encoding="utf-8-sig"))
    guide = (REPOSITORY / "docs" / "hr" / "importing-packs.md").read_text()
    path = write_file("pack.toml", guide.split("```toml\n")[-1].split("```")[0])
    with stores.registry() as session:
        found = plan_pack(session, path).instrument.benchmarks
    assert found is not None
    assert {figure.item: figure.value for figure in found.figures} == {
        "workload": 65.657, "proud": 65.882, "recommend": 63.26,
    }  # fmt: skip
