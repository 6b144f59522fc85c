"""An organisation of three teams with k = 5, ready for an import."""

from pathlib import Path

import pytest

from pulse.config import Settings
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.policy import AnonymityPolicy
from surveys.policy_log import record_policy
from surveys.unit_registry import apply_units, plan_units
from tests.analysis.history.history_files import (
    TODAY,
    TREE,
    UNITS_CSV,
    Organisation,
    two_months,
    write_rows,
)


@pytest.fixture
def organisation(
    settings: Settings, stores: Stores, signer: LogSigner, tmp_path: Path
) -> Organisation:
    units = tmp_path / "units.csv"
    units.write_text(UNITS_CSV)
    with stores.registry() as session:
        apply_units(session, plan_units(session, units, TREE.valid_from))
    with stores.archive() as session:
        record_policy(session, AnonymityPolicy(threshold=5), signer=signer, day=TODAY)
    return Organisation(stores, settings.home, signer)


@pytest.fixture
def two_month_file(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "answers.csv", two_months())
