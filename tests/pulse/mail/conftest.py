"""A mail server for each test that asks for one, and a real open wave whose mail goes there."""

from collections.abc import Iterator

import pytest

from pulse.installation import Installation
from tests.pulse.mail_servers import MailServer, mail_server, with_mail
from tests.pulse.waves_made import opened_wave
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A server that takes everything, unencrypted, from anybody."""
    with mail_server() as running:
        yield running


@pytest.fixture
def site(installation: Installation, server: MailServer, quick_keys: None) -> Installation:  # noqa: ARG001 - by name
    """An installation whose mail goes to the server."""
    return with_mail(installation, server.settings())


@pytest.fixture
def code(site: Installation) -> str:
    """The code of an open wave of 16 people."""
    return opened_wave(site)
