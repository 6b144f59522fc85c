"""What every command stands in: the opened installation, and one clear message for each failure."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import NoReturn

import click
from sqlalchemy.exc import DBAPIError

from analysis.errors import AnalysisError
from analysis.history.private_folder import sweep_leftovers
from pulse.config import Settings, SettingsError
from pulse.installation import Installation
from pulse.office.accounts import AccountError
from pulse.office.passwords import PasswordRefusedError
from pulse.startup import check_installation
from pulse.stores import Stores
from surveys.errors import SurveyError

_STOPPED = 1
_FAILED = 2
_DISK_FULL = (
    "The disk is full. Nothing was changed by the step that was running. Make room, then run the "
    "same command again."
)
_LOCKED = (
    "Another command or page is writing to the database and did not finish in time. Nothing was "
    "changed. Wait until it has finished, then run the same command again."
)
# What a driver says, in lower case, and what it means for the person at the terminal.
_DATABASE_WORDS = (
    (
        "database is locked",
        _LOCKED,
    ),
    ("database or disk is full", _DISK_FULL),
    ("no space left on device", _DISK_FULL),
    (
        "unable to open database file",
        "A database file cannot be opened. Check that its folder exists and is yours to write in.",
    ),
    (
        "readonly database",
        "A database file cannot be written. Run Pulse as the user who owns it.",
    ),
    (
        "file is not a database",
        "A database file holds something else. Put it back from your backup.",
    ),
    (
        "disk image is malformed",
        "A database file is damaged. Put it back from your backup.",
    ),
)


class CommandFailed(click.ClickException):
    """One message on standard error and exit code 2."""

    exit_code = _FAILED


class FramedGroup(click.Group):
    """A group whose commands never end in a traceback for something a person can put right."""

    def invoke(self, ctx: click.Context) -> object:
        with error_frame():
            return super().invoke(ctx)


def open_installation() -> Installation:
    """Return the installation that the environment names; it is closed when the command ends.

    Raises:
        SettingsError: a setting is wrong or a check at start fails.
    """
    settings = Settings.from_environ(os.environ)
    stores = Stores.of(settings, writing=True)
    click.get_current_context().call_on_close(stores.close)
    signer = check_installation(settings, stores)
    sweep_leftovers(settings.home)  # single answers that a killed import left
    return Installation(settings, stores, signer)


def today() -> date:
    """The day where this machine stands; the log keeps days and never times."""
    return datetime.now().astimezone().date()


@contextmanager
def error_frame() -> Iterator[None]:
    """Turn what a person can put right into one message and an exit code; bugs pass through."""
    try:
        yield
    except (SurveyError, AnalysisError, SettingsError, AccountError, PasswordRefusedError) as error:
        raise CommandFailed(str(error)) from error
    except DBAPIError as error:
        raise CommandFailed(_database_sentence(error)) from error
    except BrokenPipeError:
        raise  # whoever read our output has seen enough; click ends quietly
    except OSError as error:
        raise CommandFailed(_system_sentence(error)) from error
    except KeyboardInterrupt:
        _stop()


def _database_sentence(error: DBAPIError) -> str:
    said = str(error.orig)
    for words, sentence in _DATABASE_WORDS:
        if words in said.lower():
            return sentence
    first_line = said.splitlines()[0] if said else type(error.orig).__name__
    if error.connection_invalidated or "connect" in first_line:
        return (
            "A database cannot be reached. Check that its server runs and that the PULSE_…_URL "
            f"settings are right. It said: {first_line}"
        )
    return f"A database refused what was asked. Nothing was changed. It said: {first_line}"


def _system_sentence(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return _DISK_FULL
    what = error.strerror or str(error)
    where = f" {error.filename}:" if error.filename else ""
    return f"The system refused:{where} {what}. Put that right, then run the same command again."


def _stop() -> NoReturn:
    click.echo("Stopped. Nothing was changed by the step that was running.", err=True)
    raise click.exceptions.Exit(_STOPPED)
