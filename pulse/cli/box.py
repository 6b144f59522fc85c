"""`pulse box`: the box as a process of its own, under gunicorn, with nothing but its folder."""

import errno
import os
import socket
import stat
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

import click
from gunicorn.app.base import (  # type: ignore[import-untyped]  # it publishes no types
    BaseApplication,
)

from pulse.box.app import create_box
from pulse.cli.frame import CommandFailed
from pulse.cli.quiet_log import SilentAboutRequests
from pulse.config import Settings

_DEFAULT_PORT = 8001
_WORKERS = 2
_THREADS_PER_WORKER = 4
_LONGEST_REQUEST_SECONDS = 30
_MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - the system's folder in memory, for heartbeats


@click.command()
@click.option(
    "--socket",
    "socket_path",
    type=click.Path(path_type=Path),
    help="Unix socket to listen on, for a proxy on this machine.",
)
@click.option("--host", default="127.0.0.1", help="Address to listen on; this machine without.")
@click.option("--port", type=click.IntRange(0, 65535), default=_DEFAULT_PORT, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=_WORKERS, show_default=True)
def box(*, socket_path: Path | None, host: str, port: int, workers: int) -> None:
    """Take ballots in, apart from everything else.

    It needs PULSE_BOXES and PULSE_PUBLIC_URL and no other part of the installation: run it as a
    user who can read nothing else.
    """
    settings = Settings.from_environ(os.environ)
    boxes = settings.answering.boxes
    check_folder(boxes)
    application = create_box(boxes, allowed_origin=settings.public_url)
    if socket_path is not None:
        listening_on, said = f"unix:{socket_path.absolute()}", str(socket_path)
        _BoxServer(application, box_server_options(listening_on, workers)).announce_and_run(said)
        return
    listener = _listen(host, port)
    said = f"http://{host}:{listener.getsockname()[1]}"
    # From here on gunicorn owns the descriptor and closes it.
    options = box_server_options(f"fd://{listener.detach()}", workers)
    _BoxServer(application, options).announce_and_run(said)


def check_folder(boxes: Path) -> None:
    """Refuse a folder of boxes that is missing, cannot be written, or is open to everybody.

    Raises:
        CommandFailed: what to put right.
    """
    if not boxes.is_dir():
        raise CommandFailed(
            f"There is no folder {boxes}. Make it with mode 700, or set PULSE_BOXES to it."
        )
    if boxes.stat().st_mode & stat.S_IRWXO:
        raise CommandFailed(f"Everybody can reach into {boxes}. Run: chmod o-rwx {boxes}")
    if not os.access(boxes, os.R_OK | os.W_OK | os.X_OK):
        raise CommandFailed(
            f"This user cannot write into {boxes}. Run `pulse box` as the user of the boxes."
        )


def box_server_options(listening_on: str, workers: int) -> dict[str, object]:
    """Return gunicorn's options; threads may wait for slow phones while others are served."""
    return {
        "bind": [listening_on],
        "workers": workers,
        "worker_class": "gthread",
        "threads": _THREADS_PER_WORKER,
        "timeout": _LONGEST_REQUEST_SECONDS,
        "accesslog": None,
        # Its warnings quote addresses and headers of requests that it cannot read.
        "loglevel": "error",
        "logger_class": SilentAboutRequests,
        "control_socket_disable": True,
        "worker_tmp_dir": str(_MEMORY_FOLDER) if _MEMORY_FOLDER.is_dir() else None,
    }


class _BoxServer(BaseApplication):  # type: ignore[misc]  # as above
    """Gunicorn over the box."""

    def __init__(self, application: WSGIApplication, options: dict[str, object]) -> None:
        self._application = application
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        config: Any = self.cfg
        for name, value in self._options.items():
            config.set(name, value)

    def load(self) -> WSGIApplication:
        return self._application

    def announce_and_run(self, place: str) -> None:
        click.echo(f"The box takes ballots on {place} (Ctrl+C stops it)")
        self.run()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise CommandFailed(f"Port {port} is in use. Choose one with --port.") from error
        raise CommandFailed(f"Cannot listen on {host}, port {port}: {error.strerror}.") from error
    return listener
