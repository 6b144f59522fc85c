"""The anonymity policy: what it may say, and how it is read from a document."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.canonical import canonical_json
from surveys.policy import LIMITS, AnonymityPolicy, Breakdown, PolicyError

ROLE = Breakdown("role", "Role family", ("Social work", "Family support"))
DOCUMENT = {
    "threshold": 8,
    "challenge_days": 7,
    "crossing_levels": [0, 1],
    "breakdowns": [
        {"code": "role", "name": "Role family", "options": ["Social work", "Family support"]}
    ],
}


def test_k_is_ten_without_a_choice() -> None:
    assert AnonymityPolicy().threshold == 10


@pytest.mark.parametrize("threshold", [4, 0, -5])
def test_nobody_can_set_k_below_five(threshold: int) -> None:
    with pytest.raises(PolicyError, match="nobody can set it below 5"):
        AnonymityPolicy(threshold=threshold)


def test_k_of_five_is_allowed() -> None:
    assert AnonymityPolicy(threshold=5).shown_threshold == 5


def test_screens_name_k_and_the_colluders() -> None:
    assert AnonymityPolicy(threshold=8, colluders=2).shown_threshold == 10


def test_every_number_of_the_policy_has_limits() -> None:
    numbers = {
        name for name, value in AnonymityPolicy().as_document().items() if isinstance(value, int)
    }
    assert numbers == set(LIMITS)


@pytest.mark.parametrize("name", [name for name in LIMITS if name != "threshold"])
def test_a_number_outside_its_limits_is_named_with_them(name: str) -> None:
    least, most = LIMITS[name]
    for value in (least - 1, most + 1):
        with pytest.raises(PolicyError, match=f"{name} is {value}; it must be {least} to {most}"):
            AnonymityPolicy.from_document({name: value})


def test_a_step_must_divide_a_hundred() -> None:
    with pytest.raises(PolicyError, match="share_step is 7; it must divide 100"):
        AnonymityPolicy(share_step=7)


def test_the_coarse_step_is_never_the_finer_one() -> None:
    with pytest.raises(PolicyError, match="coarse_share_step must not be finer"):
        AnonymityPolicy(share_step=25, coarse_share_step=20)


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        (("One",), "at least two options"),
        (("One", " one "), "one option twice"),
        (("One", " "), "without words"),
    ],
)
def test_a_breakdown_needs_options_that_divide(options: tuple[str, ...], rule: str) -> None:
    with pytest.raises(PolicyError, match=rule):
        Breakdown("role", "Role", options)


def test_a_breakdown_needs_a_code_and_a_name() -> None:
    with pytest.raises(PolicyError, match="a code and a name"):
        Breakdown(" ", "Role", ("One", "Two"))


def test_a_breakdown_stands_once() -> None:
    with pytest.raises(PolicyError, match="twice"):
        AnonymityPolicy(breakdowns=(ROLE, ROLE))


def test_levels_are_counted_from_the_whole_organisation() -> None:
    with pytest.raises(PolicyError, match="crossing_levels"):
        AnonymityPolicy(crossing_levels=(-1,))


def test_a_document_names_what_differs_and_the_rest_is_default() -> None:
    policy = AnonymityPolicy.from_document(DOCUMENT)
    assert policy == AnonymityPolicy(
        threshold=8, challenge_days=7, crossing_levels=(0, 1), breakdowns=(ROLE,)
    )


@given(
    st.fixed_dictionaries(
        {
            name: st.integers(least, min(most, 1000))
            for name, (least, most) in LIMITS.items()
            if not name.endswith("_step")
        }
    )
)
def test_a_policy_comes_back_from_its_own_document(values: dict[str, int]) -> None:
    policy = replace(AnonymityPolicy.from_document(values), breakdowns=(ROLE,))
    document = policy.as_document()
    assert AnonymityPolicy.from_document(document) == policy
    assert canonical_json(document)


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        ({"treshold": 8}, "no field 'treshold'; did you mean threshold"),
        ({"colour": 1}, "no field 'colour'"),
        ({"threshold": "8"}, "threshold is '8'; it must be a whole number"),
        ({"threshold": 8.0}, "threshold is 8.0; it must be a whole number"),
        ({"colluders": True}, "colluders is True; it must be a whole number"),
        ({"crossing_levels": 1}, "crossing_levels is 1; it must be a list"),
        ({"crossing_levels": ["a"]}, "crossing_levels is 'a'; it must be a whole number"),
        ({"breakdowns": {"code": "role"}}, "it must be a list"),
        ({"breakdowns": ["role"]}, "each breakdown has a code, a name and options"),
        (
            {"breakdowns": [{"code": "role", "name": "Role"}]},
            "each breakdown has a code, a name and options",
        ),
        (
            {"breakdowns": [{"code": "role", "name": "Role", "options": "One"}]},
            "options is 'One'; it must be a list",
        ),
        (
            {"breakdowns": [{"code": "role", "name": "Role", "options": [1, 2]}]},
            "words in quotation marks",
        ),
        ({"threshold": 4}, "nobody can set it below 5"),
    ],
)
def test_a_wrong_document_names_field_and_rule(document: dict[str, object], rule: str) -> None:
    with pytest.raises(PolicyError, match=rule):
        AnonymityPolicy.from_document(document)


def test_preferring_not_to_say_is_always_on_offer_and_never_declared() -> None:
    with pytest.raises(PolicyError, match="it is always on offer"):
        Breakdown("role", "Role family", ("Social work", "prefer not to SAY "))


def test_a_breakdown_has_twelve_options_at_most() -> None:
    options = tuple(f"Site {number}" for number in range(13))
    assert Breakdown("site", "Site", options[:12]).options == options[:12]
    with pytest.raises(PolicyError, match="'site' has 13 options; it can have 12"):
        Breakdown("site", "Site", options)
