"""Is everything in order? The same checks for the administrator's page and for `pulse health`."""

from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError

from pulse.administration.health import Check
from pulse.app_context import current_settings, current_stores
from pulse.assets import AssetsError, manifest
from pulse.config import Settings, SettingsError
from pulse.jobs.leases import is_worker_seen
from pulse.keys import load_log_signer
from pulse.startup import refuse_missing_files
from pulse.stores import Stores
from pulse.upgrades import store_versions
from surveys.errors import SurveyError
from surveys.ledger.log import IntactLog, verify
from surveys.ledger.signing import LogSigner
from surveys.policy_log import policy_in_force
from surveys.wave_wishes import failing_waves
from surveys.waves import all_waves

_UNREACHABLE = (
    "A database did not answer. Check that its server runs and that the PULSE_…_URL settings are "
    "right."
)


def check_running() -> tuple[Check, ...]:
    """Return the checks of the application that answers the present request."""
    return check_health(current_settings(), current_stores())


def check_health(settings: Settings, stores: Stores) -> tuple[Check, ...]:
    """Look at everything that Pulse needs, reading only; one failing check hides no other.

    None of them touches answers, figures or accounts.
    """
    return (
        *_check_stores(settings, stores),
        *_check_keys_and_log(settings, stores),
        _check_policy(stores),
        *_check_waves(stores),
        _check_assets(),
    )


def _check_stores(settings: Settings, stores: Stores) -> Iterator[Check]:
    name = "Stores answer and are up to date"
    try:
        refuse_missing_files(settings)
        to_do = [version.what_to_do for version in store_versions(stores) if version.what_to_do]
    except SettingsError as error:
        to_do = [str(error)]
    except DBAPIError:
        to_do = [_UNREACHABLE]
    found = "Registry, office and archive are reachable, and no upgrade is waiting."
    yield Check(name, is_done=not to_do, words=" ".join(to_do) or found)


def _check_keys_and_log(settings: Settings, stores: Stores) -> Iterator[Check]:
    name = "Keys are there and private"
    try:
        signer = load_log_signer(settings)
    except SettingsError as error:
        yield Check(name, is_done=False, words=str(error))
        return
    yield Check(name, is_done=True, words="Only the user who runs Pulse can open the key folder.")
    yield _check_log(stores, signer)


def _check_log(stores: Stores, signer: LogSigner) -> Check:
    name = "The log is whole"
    try:
        with stores.archive() as session:
            log = verify(session, signer.public_key)
    except DBAPIError:
        return Check(name, is_done=False, words=_UNREACHABLE)
    if isinstance(log, IntactLog):
        count = "1 entry" if log.entries == 1 else f"{log.entries:,} entries"
        return Check(name, is_done=True, words=f"{count}, nothing removed or altered.")
    words = (
        f"Entry {log.place} does not match. Release nothing, keep a copy of the archive as it is, "
        "and tell the union auditor."
    )
    return Check(name, is_done=False, words=words)


def _check_policy(stores: Stores) -> Check:
    name = "An anonymity policy is in force"
    try:
        with stores.archive() as session:
            policy = policy_in_force(session)
    except SurveyError as error:
        return Check(name, is_done=False, words=str(error))
    except DBAPIError:
        return Check(name, is_done=False, words=_UNREACHABLE)
    words = f"Figures are shown from {policy.shown_threshold} people."
    return Check(name, is_done=True, words=words)


def _check_waves(stores: Stores) -> Iterator[Check]:
    """Say whether somebody does what is due. Nothing here tells of answering."""
    name = "Waves are on time"
    try:
        with stores.registry() as registry:
            waves = [wave for wave in all_waves(registry) if wave.is_under_way]
            failing = failing_waves(registry)
        is_seen = is_worker_seen(stores)
    except DBAPIError:
        yield Check(name, is_done=False, words=_UNREACHABLE)
        return
    if failing:
        words = f"A step does not work: {', '.join(failing)}. HR reads why on the wave's page."
        yield Check(name, is_done=False, words=words)
    elif waves and not is_seen:
        words = (
            "No worker has looked in the last five minutes, so no wave opens, closes or sends "
            "mail. Start `pulse worker`, or `pulse serve`, which starts one."
        )
        yield Check(name, is_done=False, words=words)
    else:
        words = "The worker is at it." if waves else "No wave is under way."
        yield Check(name, is_done=True, words=words)


def _check_assets() -> Check:
    name = "Styles and scripts are built"
    try:
        count = len(manifest())
    except AssetsError as error:
        return Check(name, is_done=False, words=str(error))
    return Check(name, is_done=True, words=f"{count} files, all served from here.")
