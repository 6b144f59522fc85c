"""Fixtures of the web floor: the application over empty stores, and clients signed in by role."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from pulse.access import Role
from pulse.app import create_app
from pulse.config import Settings
from pulse.office import passwords
from pulse.office.accounts import Account, create_account
from pulse.office.sign_ins import begin_sign_in, check_account, utc_now
from pulse.stores import Stores
from surveys.units import UnitCode

PASSWORD = "seven quiet herons wade"

SignInAs = Callable[..., FlaskClient]
MakeAccount = Callable[..., Account]


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Hash with little work: what is tested here is the rule, not the price of a guess."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
        )
        yield


@pytest.fixture
def app(settings: Settings, stores: Stores) -> Flask:
    """The application as it is served; errors become pages, as for everybody."""
    assert stores.office_engine.dialect.name == "sqlite"
    settings.keys.mkdir(mode=0o700, exist_ok=True)
    return create_app(settings)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def make_account(stores: Stores) -> MakeAccount:
    def make(
        name: str, role: Role = Role.HR, units: Sequence[str] = (), *, is_active: bool = True
    ) -> Account:
        codes = tuple(UnitCode(code) for code in units)
        account = Account(name, f"{name.title()} Example", role, codes, is_active)
        with stores.office() as session:
            create_account(session, account, password=PASSWORD)
        return account

    return make


@pytest.fixture
def sign_in_as(app: Flask, stores: Stores, make_account: MakeAccount) -> SignInAs:
    """A browser already signed in with a new account of the role (and its units)."""

    def sign_in(role: Role, units: Sequence[str] = ("root",)) -> FlaskClient:
        name = f"{role.value}-{'-'.join(units)}"
        make_account(name, role, units if role in {Role.LEADER, Role.TEAM_LEADER} else ())
        with stores.office() as session:
            account_id = check_account(session, name, PASSWORD)
            assert account_id is not None
            token = begin_sign_in(session, account_id, now=utc_now())
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["sign_in"] = token
        return client

    return sign_in
