"""Is everything in order? The same checks for the health page and for `pulse health`."""

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from pulse.administration.health import Check
from pulse.app_context import current_stores


def check_running() -> tuple[Check, ...]:
    """Return the checks of the running application."""
    stores = current_stores()
    checks = []
    for name, engine in (
        ("registry", stores.registry_engine),
        ("office", stores.office_engine),
        ("archive", stores.archive_engine),
    ):
        try:
            with engine.connect() as connection:
                connection.execute(select(1))
            checks.append(Check(f"The {name} store answers", is_done=True, words=""))
        except SQLAlchemyError as error:
            checks.append(Check(name, is_done=False, words=type(error).__name__))
    return tuple(checks)
