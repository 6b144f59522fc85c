"""Every page, export, refusal, empty state and mail is read for words that Pulse does not say.

Pages are found in the maps of the served applications: one that is added is read at once, and if
its address has parts the test asks for an example.
"""

import itertools
import json
import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
from flask import Blueprint, Flask

from pulse.config import Settings
from pulse.installation import Installation
from pulse.jobs import worker
from pulse.startup import check_installation
from pulse.stores import Stores
from tests.pulse.waves_made import SERVED, hand_out_keys
from tests.pulse.words import sites
from tests.pulse.words.examples import EXAMPLES, FORMS, NO_WORDS
from tests.pulse.words.lexicon import ALLOWED, Allowance, findings
from tests.pulse.words.reading import classes_of_html, words_of_html, words_of_json
from tests.pulse.words.sites import Said, Site, addresses_of

pytestmark = pytest.mark.xdist_group("words")  # each site is made once, by one worker

OK = 200
MAILBOX = {"mailbox.one", "mailbox.start"}  # there only while mail stays on this machine
MakeSite = Callable[[Installation], Site]
SITES: tuple[MakeSite, ...] = (
    sites.bare_site,
    sites.released_site,
    sites.joined_site,
    sites.coarse_site,
    sites.divided_site,
    sites.wave_site,
)
COLOUR_CLASS = re.compile(r"(?:^|[-_])(?:red|amber|green|rag|best|worst|rank|target)(?:[-_]|$)")


@cache
def words_of(said: Said) -> str:
    if said.mimetype == "text/html":
        return words_of_html(said.body)
    if said.mimetype == "application/json":
        return "\n".join(words_of_json(json.loads(said.body)))
    return said.body


@pytest.fixture(scope="module")
def heard(
    initialised_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, list[Said]]:
    """Whatever any address said to anybody, by site."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        hand_out_keys(patch)
        patch.setattr(worker, "served_files", lambda: SERVED)
        for make in SITES:
            home = tmp_path_factory.mktemp("words") / "home"
            shutil.copytree(initialised_home, home)
            settings = Settings.from_environ({"PULSE_HOME": str(home)})
            with closing(Stores.of(settings)) as stores:
                site = Installation(settings, stores, check_installation(settings, stores))
                found[make.__name__] = make(site).heard
    return found


def bad_words(said: Said) -> list[str]:
    return [f"{said}: {finding}" for finding in findings(words_of(said))]


@pytest.mark.parametrize("make", SITES, ids=lambda make: make.__name__)
def test_no_page_ranks_aims_blames_watches_praises_or_alarms(
    heard: Mapping[str, list[Said]], make: MakeSite
) -> None:
    assert [bad for said in heard[make.__name__] for bad in bad_words(said)] == []


def test_no_page_has_a_class_of_a_traffic_light_or_a_rank(
    heard: Mapping[str, list[Said]],
) -> None:
    named = {
        name for site in heard.values() for said in site for name in classes_of_html(said.body)
    }
    assert len(named) > 100
    assert [name for name in named if COLOUR_CLASS.search(name)] == []


def test_every_page_was_read_with_words_on_it(heard: Mapping[str, list[Said]], app: Flask) -> None:
    everything = [said for site in heard.values() for said in site]
    read = {said.endpoint for said in everything if said.status == OK and words_of(said).strip()}
    wanted = {endpoint for endpoint in addresses_of(app) if endpoint not in NO_WORDS}
    assert wanted - read == set(), "give these an example in tests/pulse/words/examples.py"


def test_refusals_missing_pages_and_forms_sent_empty_were_read(
    heard: Mapping[str, list[Said]],
) -> None:
    statuses = {said.status for site in heard.values() for said in site if words_of(said)}
    assert {OK, 400, 403, 404, 409} <= statuses


def test_every_form_of_the_examples_was_sent_and_answered_in_words(
    heard: Mapping[str, list[Said]],
) -> None:
    sent = [said for site in heard.values() for said in site if said.site.endswith(", form")]
    assert len(sent) == len(FORMS)
    assert [
        said for said in sent if said.status == OK and "Raise this challenge?" in words_of(said)
    ]


def test_mails_were_read_in_both_their_parts(heard: Mapping[str, list[Said]]) -> None:
    mails = [said for site in heard.values() for said in site if said.address == "mail"]
    assert {said.mimetype for said in mails} == {"text/plain", "text/html"}
    assert len({words_of(said) for said in mails}) >= 4  # an invitation and a reminder


def test_figures_of_other_people_were_read(heard: Mapping[str, list[Said]]) -> None:
    assert any("For context" in words_of(said) for said in heard["released_site"])


def test_every_sentence_that_is_allowed_on_pages_is_said_on_one(
    heard: Mapping[str, list[Said]],
) -> None:
    used: set[Allowance] = set()
    for said in itertools.chain.from_iterable(heard.values()):
        findings(words_of(said), said=used)
    assert {each for each in ALLOWED if each.on_pages} - used == set()


def test_no_example_is_left_of_a_page_that_is_gone(app: Flask) -> None:
    assert set(EXAMPLES) - set(addresses_of(app)) - MAILBOX == set()


def test_a_new_page_is_found_and_asks_for_an_example_if_its_address_has_parts(app: Flask) -> None:
    careless = Blueprint("careless", __name__)
    careless.add_url_rule("/careless", "page", lambda: "the worst units")
    app.register_blueprint(careless)
    assert addresses_of(app)["careless.page"] == ("/careless",)

    harder = Blueprint("harder", __name__)
    harder.add_url_rule("/careless/<unit>", "page", lambda unit: unit)
    app.register_blueprint(harder)
    with pytest.raises(LookupError, match=r"'harder\.page' \(/careless/<unit>\)"):
        addresses_of(app)
