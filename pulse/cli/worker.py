"""`pulse worker`: opens, counts, closes and releases waves when their time has come."""

import signal
import threading
from datetime import datetime

import click
from apscheduler.schedulers.background import BackgroundScheduler

from pulse.cli.frame import open_installation
from pulse.installation import Installation
from pulse.jobs.mailing import mail_round
from pulse.jobs.worker import tick
from pulse.mail.sending import SendingReport

_EVERY_SECONDS = 60
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
    """Tick at once and then every minute, until `stopped` is set; the present step is finished."""
    scheduler = BackgroundScheduler(
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    scheduler.add_job(
        lambda: tick(site, local_now(), should_stop=stopped.is_set),
        "interval",
        seconds=_EVERY_SECONDS,
        next_run_time=datetime.now().astimezone(),
    )
    scheduler.add_job(
        lambda: mail_round(site, local_now(), should_stop=stopped.is_set),
        "interval",
        seconds=_EVERY_SECONDS,
        next_run_time=datetime.now().astimezone(),
    )
    scheduler.add_job(
        lambda: tick(site, local_now(), should_stop=stopped.is_set, wished_only=True),
        "interval",
        seconds=_WISHES_EVERY_SECONDS,
    )
    scheduler.start()
    click.echo("The worker looks once a minute for what is due (Ctrl+C stops it)")
    stopped.wait()
    scheduler.shutdown(wait=True)


def local_now() -> datetime:
    """The time where this machine stands, by which waves open and close."""
    return datetime.now().astimezone().replace(tzinfo=None)
