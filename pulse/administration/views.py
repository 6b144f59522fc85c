"""Pages of the administrator: is everything in order, and who may sign in. No results."""

from collections.abc import Callable, Iterable

from flask import Blueprint, render_template
from sqlalchemy.orm import Session

from pulse.access import Permission, requires
from pulse.administration.accounts import ListedAccount, accounts_page
from pulse.administration.health import Check, health_page
from pulse.app_context import current_stores

ReadAccounts = Callable[[Session], Iterable[ListedAccount]]
RunChecks = Callable[[], Iterable[Check]]


def administration_pages(*, read_accounts: ReadAccounts, run_checks: RunChecks) -> Blueprint:
    """Return the administrator's pages over what other rooms know.

    Args:
        read_accounts: reads every account from the office store.
        run_checks: looks whether everything that Pulse needs is in order.
    """
    pages = Blueprint("administration", __name__, url_prefix="/administration")

    @pages.get("/health")
    @requires(Permission.VIEW_HEALTH)
    def health() -> str:
        return render_template("administration/health.html", page=health_page(run_checks()))

    @pages.get("/accounts")
    @requires(Permission.VIEW_ACCOUNTS)
    def accounts() -> str:
        with current_stores().office() as office:
            page = accounts_page(read_accounts(office))
        return render_template("administration/accounts.html", page=page)

    return pages
