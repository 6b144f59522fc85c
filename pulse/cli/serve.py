"""`pulse serve`: the web application under gunicorn."""

import errno
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from flask import Flask
from gunicorn.app.base import (  # type: ignore[import-untyped]  # it publishes no types
    BaseApplication,
)

from pulse.app import served_app
from pulse.cli.frame import CommandFailed, open_installation
from pulse.cli.quiet_log import SilentAboutRequests
from pulse.config import LOOPBACK_HOSTS, Settings
from pulse.installation import Installation

_DEFAULT_PORT = 8000
_THREADS_PER_WORKER = 4
_LONGEST_REQUEST_SECONDS = 120
_MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - the system's folder in memory, for heartbeats


@click.command()
@click.option("--host", default="127.0.0.1", help="Address to listen on; this machine without.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 8000 without.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; two per core without.")
@click.option("--without-worker", is_flag=True, help="Where `pulse worker` runs by itself.")
def serve(*, host: str, port: int | None, workers: int | None, without_worker: bool) -> None:
    """Serve the pages. Put a proxy with HTTPS before it for anybody beyond this machine."""
    installation = open_installation()
    listener = _listen(host, _port_of(installation.settings) if port is None else port)
    settings = _with_own_port(installation.settings, listener)
    options = server_options(installation, listener, workers=workers)
    # Each worker opens connections of its own; the parent keeps none.
    installation.stores.close()
    click.echo(f"Pulse answers on {settings.public_url} (Ctrl+C stops it)")
    with nullcontext() if without_worker else _worker_beside():
        _Server(settings, options).run()


@contextmanager
def _worker_beside() -> Iterator[None]:
    """Run `pulse worker` with the same settings, and stop it when the server ends."""
    command = [sys.executable, "-m", "pulse", "worker"]
    worker = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    server = os.getpid()
    try:
        yield
    finally:
        # Gunicorn ends its own forks through here too; the worker is the parent's alone.
        if os.getpid() == server:
            worker.terminate()
            worker.wait()


def server_options(
    installation: Installation, listener: socket.socket, *, workers: int | None
) -> dict[str, object]:
    """Return gunicorn's options.

    Threads that write one SQLite file wait for each other very long, processes do not: so SQLite
    is served by processes alone and PostgreSQL by threads too. No address is ever logged.
    """
    is_sqlite = installation.stores.office_engine.dialect.name == "sqlite"
    return {
        "bind": [f"fd://{listener.fileno()}"],
        "workers": workers or 2 * (os.cpu_count() or 1),
        "worker_class": "sync" if is_sqlite else "gthread",
        "threads": 1 if is_sqlite else _THREADS_PER_WORKER,
        # The first turnover page after an import works out what later ones find (performance.md).
        "timeout": _LONGEST_REQUEST_SECONDS,
        "accesslog": None,
        "loglevel": "error",
        "logger_class": SilentAboutRequests,
        "control_socket_disable": True,
        "worker_tmp_dir": str(_MEMORY_FOLDER) if _MEMORY_FOLDER.is_dir() else None,
    }


class _Server(BaseApplication):  # type: ignore[misc]  # as above
    """Gunicorn over our application, which each worker makes for itself."""

    def __init__(self, settings: Settings, options: dict[str, object]) -> None:
        self._settings = settings
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        config: Any = self.cfg
        for name, value in self._options.items():
            config.set(name, value)

    def load(self) -> Flask:
        return served_app(self._settings)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # From now on browsers wait for the first worker instead of being turned away.
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise CommandFailed(
                f"Port {port} is in use, perhaps by another Pulse. Choose one with --port."
            ) from error
        raise CommandFailed(f"Cannot listen on {host}, port {port}: {error.strerror}.") from error
    return listener


def _port_of(settings: Settings) -> int:
    address = urlsplit(settings.public_url)
    return address.port or _DEFAULT_PORT if address.hostname in LOOPBACK_HOSTS else _DEFAULT_PORT


def _with_own_port(settings: Settings, listener: socket.socket) -> Settings:
    """On this machine alone people type the very port we listen on; else the proxy's address."""
    address = urlsplit(settings.public_url)
    if address.hostname not in LOOPBACK_HOSTS or settings.is_https:
        return settings
    port = listener.getsockname()[1]
    return replace(settings, public_url=f"http://{address.hostname}:{port}")
