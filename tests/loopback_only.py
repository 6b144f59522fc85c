"""A rule for every test: sockets may reach this machine and nothing else."""

import socket

import pytest


class OutsideWorldError(AssertionError):
    """A test tried to reach another machine."""


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse to connect anywhere but to a loopback address or a local socket file."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded_connect(own: socket.socket, address: object) -> None:
        refuse_outside(own.family, address)
        connect(own, address)  # type: ignore[arg-type]  # socket has no public type of an address

    def guarded_connect_ex(own: socket.socket, address: object) -> int:
        refuse_outside(own.family, address)
        return connect_ex(own, address)  # type: ignore[arg-type]  # as above

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)


def refuse_outside(family: int, address: object) -> None:
    if family not in {socket.AF_INET, socket.AF_INET6}:
        return
    host = address[0] if isinstance(address, tuple) else address
    if host not in {"127.0.0.1", "::1", "localhost"}:
        raise OutsideWorldError(f"a test tried to reach {host}; tests stay on this machine")
