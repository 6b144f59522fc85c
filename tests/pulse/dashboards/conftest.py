"""An installation with 18 released months for the result pages."""

import pytest

from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from tests.pulse.released import a_year_and_a_half


@pytest.fixture
def released_months(stores: Stores, signer: LogSigner) -> tuple[Month, ...]:
    """The months of `a_year_and_a_half`, published."""
    with stores.archive() as session:
        return a_year_and_a_half(session, signer)
