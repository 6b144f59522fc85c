"""What is kept no longer than it is needed: people who left, lists that were uploaded and left."""

from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from pulse.console.uploads import sweep_all
from pulse.installation import Installation
from pulse.logs import log_failure
from surveys.errors import SurveyError
from surveys.roster import forget_leavers


def tidy_up(site: Installation, now: datetime) -> None:
    """Forget people who have left and are named by no invitation, and stale uploads.

    What cannot be done now is logged and tried again with the next tick.

    Args:
        site: the installation.
        now: local time.
    """
    try:
        sweep_all(site.settings.home, now=datetime.now(UTC))
        with site.stores.registry() as registry:
            forget_leavers(registry, now.date())
    except (SurveyError, SQLAlchemyError, OSError) as error:
        log_failure(error, page="worker: tidy up")
