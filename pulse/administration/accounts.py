"""The administrator's list of accounts: who may sign in, as what, and how that is changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pulse.access import ROLES_OF_ONE_PART, Role
from pulse.navigation import ROLE_NAMES
from surveys.units import UnitCode


class ListedAccount(Protocol):
    """What this page reads of an account; the office has the accounts themselves."""

    @property
    def sign_in_name(self) -> str: ...
    @property
    def display_name(self) -> str: ...
    @property
    def role(self) -> Role: ...
    @property
    def units(self) -> Sequence[UnitCode]: ...
    @property
    def is_active(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account in words."""

    sign_in_name: str
    display_name: str
    role: str
    reads: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class AccountsPage:
    lines: tuple[AccountLine, ...]

    @property
    def summary(self) -> str:
        able = sum(line.is_active for line in self.lines)
        closed = len(self.lines) - able
        people = "1 person can" if able == 1 else f"{able} people can"
        return f"{people} sign in." + (f" Closed accounts: {closed}." if closed else "")


def accounts_page(accounts: Iterable[ListedAccount]) -> AccountsPage:
    return AccountsPage(
        tuple(
            AccountLine(
                account.sign_in_name,
                account.display_name,
                ROLE_NAMES[account.role],
                _reads(account),
                account.is_active,
            )
            for account in accounts
        )
    )


def _reads(account: ListedAccount) -> str:
    if account.role in ROLES_OF_ONE_PART:
        return "results of " + ", ".join(account.units)
    return {
        Role.HR: "results of the whole organisation",
        Role.UNION_AUDITOR: "rules, log and refusals; no results",
        Role.ADMINISTRATOR: "accounts and health; no results",
    }[account.role]
