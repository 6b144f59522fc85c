"""The pack format: what a pack says, and every mistake named by key path or row."""

from collections.abc import Callable
from pathlib import Path

import pytest

from surveys.instruments import Instrument
from surveys.pack_files import read_pack
from surveys.scales import Band
from surveys.sheets import ImportRejected
from tests.surveys.pack_text import CSV_PACK, ITEMS_CSV, PACK

WriteFile = Callable[..., Path]


def problems_of(path: Path) -> list[str]:
    with pytest.raises(ImportRejected) as caught:
        read_pack(path)
    return [str(problem) for problem in caught.value.problems]


def test_a_pack_gives_its_instrument(write_file: WriteFile) -> None:
    pack = read_pack(write_file("mood.toml", PACK))
    assert (pack.code, pack.name, pack.licence) == ("mood", "Mood of the day", "Own work")
    assert pack.permission == "We wrote these questions ourselves."
    assert pack.scales["mood"].labels == ("Bad", "Fair", "Good", "Great")
    assert pack.scales["mood"].unscored == ("Cannot say",)
    assert pack.scales["mood"].bands[2] == Band("good", 3, 4)
    assert [(item.code, item.reverse_keyed) for item in pack.items] == [
        ("mood-today", False),
        ("mood-bad", True),
    ]
    assert pack.items[0].wording == {"en": "How was today?"}
    assert pack.items[1].wording["cy"] == "Oedd heddiw yn anodd?"


def test_an_item_takes_source_and_licence_of_its_pack_or_has_its_own(write_file: WriteFile) -> None:
    text = PACK.replace('wording = "How', 'licence = "CC0"\nwording = "How')
    pack = read_pack(write_file("mood.toml", text))
    assert [item.licence for item in pack.items] == ["CC0", "Own work"]
    assert {item.source for item in pack.items} == {"Written for this test"}


def test_items_may_stand_in_a_csv_file_that_the_pack_names(write_file: WriteFile) -> None:
    write_file("items.csv", ITEMS_CSV)
    pack = read_pack(write_file("mood.toml", CSV_PACK))
    assert [(item.code, item.construct, item.reverse_keyed) for item in pack.items] == [
        ("m-1", "mood", False),
        ("m-2", "mood", True),
    ]


def test_one_scale_may_serve_a_whole_csv_file(write_file: WriteFile) -> None:
    write_file("items.csv", ITEMS_CSV)
    text = CSV_PACK.replace('item_prefix = "m-"', 'scale = "mood"')
    pack = read_pack(write_file("mood.toml", text.replace('scale = "answers"', "")))
    assert {item.scale for item in pack.items} == {"mood"}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("format = 1", "format = 2", "format: write format = 1"),
        ('licence = "Own work"', "", "licence: a pack without a licence cannot be imported"),
        ('licence = "Own work"', 'licence = " "', "licence: a pack without a licence"),
        ('permission = "We', 'permision = "We', "permission: this key is missing"),
        ('permission = "We', 'permision = "We', "permision: unknown key"),
        ('code = "mood"\n', 'code = "my mood"\n', "code: 'my mood' is no code"),
        ('name = "Mood"', "name = 3", "constructs.mood.name: this must be text"),
        ('ask_higher = "What helps?"', "", "constructs.mood.ask_higher: this key is missing"),
        (
            "[constructs.mood]",
            "[constructs.other]",
            "items[1].construct: the pack has no construct",
        ),
        (
            'labels = ["Bad", ',
            'labels = ["Good", ',
            "scales.mood: scale 'mood' says one label twice",
        ),
        ("first = 2", "first = 1", "scales.mood: the three bands of scale 'mood' do not cover"),
        ("first = 2", 'first = "2"', "scales.mood.bands[2].first: this must be a whole number"),
        ('  { name = "bad", first = 1, last = 1 },\n', "", "exactly three bands; there are 2"),
        ('unscored = ["Cannot say"]', "unscored = 1", "scales.mood.unscored: this must be a list"),
        ("reverse = true", 'reverse = "yes"', "items[2].reverse: this must be true or false"),
        ('code = "mood-bad"', 'code = "Mood-Today"', "items[2].code: the pack has the item"),
        ('wording = "How was today?"', 'wording = ""', "items[1].wording: this text is empty"),
        ('cy = "Oedd', 'welsh! = "Oedd', "this is not TOML"),
        ('cy = "Oedd', 'Welsh = "Oedd', "items[2].wording: 'Welsh' is no language code"),
        ('construct = "mood"', 'konstruct = "mood"', "items[1].konstruct: unknown key"),
    ],
)
def test_a_mistake_is_named_by_its_key_path(
    write_file: WriteFile, old: str, new: str, problem: str
) -> None:
    assert old in PACK
    found = problems_of(write_file("mood.toml", PACK.replace(old, new, 1)))
    assert any(problem in line for line in found), found


def test_a_construct_cannot_mix_two_scales(write_file: WriteFile) -> None:
    other = PACK[PACK.index("[scales.mood]") : PACK.index("[constructs")].replace("mood", "other")
    text = PACK.replace("[constructs", f"{other}[constructs").replace(
        'scale = "mood"\nreverse', 'scale = "other"\nreverse'
    )
    [problem] = problems_of(write_file("mood.toml", text))
    assert problem.startswith("items[2].scale: other items of the construct 'mood' use the scale")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("2,mood", "1,mood", "row 3, id: the pack has the item 'm-1' already"),
        ("2,mood", "2,joy", "row 3, topic: the pack has no construct 'joy'"),
        ("2,mood,mood", "2,mood,sad", "row 3, answers: the pack has no scale 'sad'"),
        ("yes", "perhaps", "row 3, turned: 'perhaps' is neither true nor false"),
        ("Was today hard?", "", "row 3, question: a question has 1 to 500 characters"),
        ("question", "text", "row 1, question: this column is missing"),
    ],
)
def test_a_mistake_in_the_csv_file_is_named_by_row_and_column(
    write_file: WriteFile, old: str, new: str, problem: str
) -> None:
    assert old in ITEMS_CSV
    write_file("items.csv", ITEMS_CSV.replace(old, new, 1))
    assert any(line.startswith(problem) for line in problems_of(write_file("mood.toml", CSV_PACK)))


@pytest.mark.parametrize("place", ["../items.csv", "/etc/hostname", "link/items.csv"])
def test_a_csv_file_outside_the_folder_of_the_pack_is_refused(tmp_path: Path, place: str) -> None:
    folder, outside = tmp_path / "pack", tmp_path
    folder.mkdir()
    (outside / "items.csv").write_text(ITEMS_CSV)
    (folder / "link").symlink_to(outside)
    (folder / "mood.toml").write_text(CSV_PACK.replace('"items.csv"', f'"{place}"'))
    assert problems_of(folder / "mood.toml") == [
        "csv.file: the CSV file must lie in the same folder as the pack or below it"
    ]


def test_a_pack_without_items_a_missing_pack_and_another_encoding_are_refused(
    write_file: WriteFile, tmp_path: Path
) -> None:
    empty = write_file("mood.toml", PACK[: PACK.index("[[items]]")])
    assert problems_of(empty) == ["items: the pack holds no item"]
    assert "cannot be opened: No such file" in problems_of(tmp_path / "none.toml")[0]
    assert "UTF-8" in problems_of(write_file("latin.toml", b'name = "Caf\xe9"'))[0]


HSE_PACK = """
format = 1
code = "hse-msit"
name = "Management Standards Indicator Tool"
source = "Health and Safety Executive, United Kingdom"
licence = "Crown copyright; to be checked before use"
permission = "For this test only."

[scales.frequency]
labels = ["Never", "Seldom", "Sometimes", "Often", "Always"]
bands = [
  { name = "never or seldom", first = 1, last = 2 },
  { name = "sometimes", first = 3, last = 3 },
  { name = "often or always", first = 4, last = 5 },
]

[scales.agreement]
labels = ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"]
bands = [
  { name = "disagree", first = 1, last = 2 },
  { name = "neutral", first = 3, last = 3 },
  { name = "agree", first = 4, last = 5 },
]

[csv]
file = "hse_msit_35.csv"
item_prefix = "hse-"
construct_prefix = "hse-"
[csv.columns]
code = "item"
construct = ["subscale", "scale"]
scale = "scale"
reverse = "reverse"
wording = "text"
"""
HSE_CONSTRUCTS = (
    "role-frequency", "control-frequency", "control-agreement", "demands-frequency",
    "relationships-frequency", "relationships-agreement", "peer_support-frequency",
    "peer_support-agreement", "manager_support-frequency", "manager_support-agreement",
    "change-agreement",
)  # fmt: skip


@pytest.fixture
def hse_pack(shared_data: Path, tmp_path: Path) -> Instrument:
    """A published instrument of 35 items: its subscales are split by scale into constructs."""
    table = (shared_data / "instruments" / "hse_msit_35.csv").read_bytes()
    (tmp_path / "hse_msit_35.csv").write_bytes(table)
    constructs = "".join(
        f'\n[constructs.hse-{name}]\nname = "{name}"\nask_lower = "Why?"\nask_higher = "Why?"\n'
        for name in HSE_CONSTRUCTS
    )
    path = tmp_path / "hse.toml"
    path.write_text(HSE_PACK + constructs)
    return read_pack(path)


@pytest.mark.shared_data
def test_a_published_instrument_of_35_items_is_read_from_its_own_table(
    hse_pack: Instrument,
) -> None:
    assert len(hse_pack.items) == 35
    assert sum(item.reverse_keyed for item in hse_pack.items) == 12
    by_code = {str(item.code): item for item in hse_pack.items}
    assert by_code["hse-7"].wording["en"] == "If work gets difficult, my colleagues will help me"
    assert by_code["hse-7"].construct == "hse-peer_support-frequency"
    assert by_code["hse-24"].construct == "hse-peer_support-agreement"
    assert by_code["hse-34"].reverse_keyed
