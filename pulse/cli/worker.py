"""`pulse worker`: opens, counts, closes and releases waves when their time has come."""

import logging
import signal
import threading
from collections.abc import Callable
from datetime import datetime

import click
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler

from pulse.cli.frame import open_installation
from pulse.installation import Installation
from pulse.jobs.mailing import mail_round
from pulse.jobs.worker import tick
from pulse.logs import log_failure
from pulse.mail.sending import SendingReport

_EVERY_SECONDS = 60
_MAIL_EVERY_SECONDS = 10
_WISHES_EVERY_SECONDS = 3  # somebody has just pressed a button and looks at the page


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
def worker(*, once: bool) -> None:
    """Do what is due for each wave, once a minute, until it is stopped.

    Two workers never do one thing twice: whoever comes second waits for its turn.
    """
    site = open_installation()
    if once:
        done = tick(site, local_now())
        click.echo("Nothing was due." if done == 0 else f"Steps done: {done}")
        mailed = mail_round(site, local_now())
        if mailed != SendingReport():
            click.echo(
                f"Mail: {mailed.sent} sent, {mailed.failed} failed, {mailed.deferred} tried later"
            )
        return
    stopped = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda _signal, _frame: stopped.set())
    run_until(site, stopped)


def run_until(site: Installation, stopped: threading.Event) -> None:
    """Tick at once and then again and again, until `stopped` is set; what is begun is finished."""
    scheduler = BackgroundScheduler(
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    # The scheduler's own words about a failure would hold the whole trace; ours hold its place.
    logging.getLogger("apscheduler").disabled = True
    logging.getLogger("apscheduler.executors.default").disabled = True
    scheduler.add_listener(_note_failure, EVENT_JOB_ERROR)

    def again(act: Callable[[], object], seconds: int) -> None:
        now = datetime.now().astimezone()
        scheduler.add_job(act, "interval", seconds=seconds, next_run_time=now)

    should_stop = stopped.is_set
    again(lambda: tick(site, local_now(), should_stop=should_stop), _EVERY_SECONDS)
    again(
        lambda: tick(site, local_now(), should_stop=should_stop, wished_only=True),
        _WISHES_EVERY_SECONDS,
    )
    again(lambda: mail_round(site, local_now(), should_stop=should_stop), _MAIL_EVERY_SECONDS)
    scheduler.start()
    click.echo("The worker looks once a minute for what is due (Ctrl+C stops it)")
    stopped.wait()
    scheduler.shutdown(wait=True)


def _note_failure(event: JobExecutionEvent) -> None:
    log_failure(event.exception, page="worker")


def local_now() -> datetime:
    """The time where this machine stands, by which waves open and close."""
    return datetime.now().astimezone().replace(tzinfo=None)
