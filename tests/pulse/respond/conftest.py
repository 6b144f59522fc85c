"""A real open wave behind the real application, mounted as it is served."""

import pytest
from flask import Flask

from pulse.app import create_app
from pulse.installation import Installation
from tests.pulse.waves_made import opened_wave, secrets_of
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here


@pytest.fixture
def wave_code(installation: Installation, quick_keys: None) -> str:  # noqa: ARG001 - by name
    return opened_wave(installation)


@pytest.fixture
def secrets(installation: Installation, wave_code: str) -> list[str]:
    return list(secrets_of(installation, wave_code))


@pytest.fixture
def served(installation: Installation, wave_code: str) -> Flask:  # noqa: ARG001 - the wave is there
    return create_app(installation.settings)
