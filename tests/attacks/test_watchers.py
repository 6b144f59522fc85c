"""Between two daily counts, whoever looks at everything after each answer sees nothing move."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pulse.access import Role
from tests.attacks.phones import new_site
from tests.attacks.watchers import Seen, Watch, changes, watch


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    """The day after the opening: the first daily count is done, and nobody has answered yet."""
    with new_site(tmp_path_factory.mktemp("watched") / "home") as site:
        made = watch(site)
        made.work(1)
        made.look()
        yield made


@pytest.fixture(scope="module")
def before(watched: Watch) -> Seen:
    return watched.look()


def test_the_watchers_see_what_their_roles_may_open(before: Seen) -> None:
    opened = {each for each, text in before.items() if text.startswith("200")}
    for role, path in (
        (Role.HR, "/waves/2026-11"),
        (Role.HR, "/units/north.csv"),
        (Role.LEADER, "/heatmap"),
        (Role.TEAM_LEADER, "/units/root"),
        (Role.UNION_AUDITOR, "/audit/log"),
        (Role.UNION_AUDITOR, "/audit/certificates/2025-07.json"),
        (Role.ADMINISTRATOR, "/administration/health"),
    ):
        assert f"{role.value}: {path}" in opened
    assert "nobody: /p/" in opened
    assert "a colleague: POST /p/invitation" in opened
    assert "About 0% of everybody invited" in before["hr: /waves/2026-11"]


def test_looking_twice_shows_the_same(watched: Watch, before: Seen) -> None:
    assert changes(before, watched.look()) == []


def test_no_answer_moves_anything_until_the_daily_count_moves_one_figure(
    watched: Watch, before: Seen
) -> None:
    for number in range(3):
        watched.answer(number)
        watched.work(1, minutes=number + 1)
        assert changes(before, watched.look()) == []
    for number in range(5):  # eight of 120 people: the next step of five percent
        watched.answer(number)
    assert changes(before, watched.look()) == []
    watched.work(2)
    after = watched.look()
    moved = {each for each in before if before[each] != after[each]}
    assert moved == {"hr: /waves", "hr: /waves/2026-11"}
    for each in moved:
        assert before[each].replace("About 0%", "About 5%") == after[each]


def test_fewer_people_than_the_policy_says_have_no_daily_figure_at_all(
    tmp_path: Path,
) -> None:
    with new_site(tmp_path / "home") as site:
        small = watch(site, teams={"A": 20, "B": 20})
        small.work(0)  # health says whether a worker has been seen at all
        small.look()
        seen = small.look()
        for number in range(10):
            small.answer(number)
        small.work(1)
        small.work(2)
        assert changes(seen, small.look()) == []
