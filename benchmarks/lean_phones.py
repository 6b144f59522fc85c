"""Phones as plain sockets: they send what was worked out before and look at nothing but the status.

Eight processes each take one person after the other through the five requests of a participation. A
connection is kept while the server keeps it, as a proxy would. They share the cores with the server
that they measure, which no figure leaves out.
"""

import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from made_wave import FORK

AT_ONCE = 8
_LONGEST_WAIT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Request:
    """The bytes of one request, and the status that the server must answer."""

    sent: bytes
    status: int


@dataclass(frozen=True, slots=True)
class Pace:
    """What many visits took, in seconds: all together, and each visit and request alone."""

    total: float
    visits: tuple[float, ...]
    requests: tuple[float, ...]

    @property
    def per_second(self) -> float:
        return len(self.visits) / self.total

    @property
    def p99_ms(self) -> float:
        """Milliseconds within which 99 of 100 whole visits are done."""
        return 1000 * float(np.percentile(self.visits, 99))

    def line(self, name: str) -> str:
        half = 1000 * float(np.median(self.visits))
        one = 1000 * float(np.percentile(self.requests, 99))
        return f"{name:<42}{self.per_second:>8.0f}/s{half:>9.0f}{self.p99_ms:>9.0f}{one:>9.0f}"


def get(port: int, path: str) -> Request:
    return Request(_head("GET", path, port, "Accept-Encoding: gzip"), 200)


def post(port: int, path: str, body: bytes, *, kind: str, status: int) -> Request:
    length = f"Content-Length: {len(body)}"
    return Request(_head("POST", path, port, f"Content-Type: {kind}", length) + body, status)


def _head(method: str, path: str, port: int, *lines: str) -> bytes:
    first = (f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}")
    return "\r\n".join((*first, *lines, "", "")).encode()


def paced(port: int, visits: Sequence[Sequence[Request]]) -> Pace:
    """Send every visit, some at once, each with its requests one after the other."""
    shares = [visits[first::AT_ONCE] for first in range(AT_ONCE)]
    with FORK.Pool(AT_ONCE) as pool:
        pool.map(time.sleep, [0.2] * AT_ONCE, chunksize=1)  # until every process is there
        start = time.perf_counter()
        taken = pool.starmap(_send_share, [(port, share) for share in shares], chunksize=1)
        total = time.perf_counter() - start
    each = [seconds for share in taken for seconds in share]
    return Pace(total, tuple(map(sum, each)), tuple(one for visit in each for one in visit))


def _send_share(port: int, visits: Sequence[Sequence[Request]]) -> list[list[float]]:
    line = Line(port)
    taken = []
    for visit in visits:
        seconds = []
        for request in visit:
            start = time.perf_counter()
            status = line.ask(request.sent)
            seconds.append(time.perf_counter() - start)
            if status != request.status:
                raise SystemExit(f"the server answered {status} to {request.sent[:40]!r}")
        taken.append(seconds)
    line.close()
    return taken


class Line:
    """One connection at a time; it is opened again where the server has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, sent: bytes) -> int:
        """Send a request and return the status, once the whole answer is here."""
        if self._socket is None:
            self._socket = socket.create_connection(
                ("127.0.0.1", self._port), _LONGEST_WAIT_SECONDS
            )
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(sent)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._more()
        head, _, body = answer.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        status = int(lines[0].split()[1])
        length = next((int(x[15:]) for x in lines if x.startswith(b"content-length:")), 0)
        missing = length - len(body)
        while missing > 0:
            missing -= len(self._more())
        if b"connection: close" in lines:
            self.close()
        return status

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _more(self) -> bytes:
        assert self._socket is not None
        got = self._socket.recv(65536)
        if not got:
            raise SystemExit("the server hung up in the middle of an answer")
        return got
