"""What gunicorn may say: nothing about a request."""

import sys

import click
from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # it publishes no types


class SilentAboutRequests(Logger):  # type: ignore[misc]  # as above
    """Gunicorn's own log without its line about a request that failed: it holds time and path.

    Use it with the log level `error`: warnings quote addresses and headers of requests that
    gunicorn cannot read.
    """

    def exception(self, *_args: object, **_extra: object) -> None:
        error = sys.exc_info()[1]
        click.echo(f"A request failed with {type(error).__name__}; it was not kept.", err=True)
