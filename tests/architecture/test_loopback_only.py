"""The rule that tests stay on this machine bites."""

import socket

import pytest

from tests.loopback_only import OutsideWorldError


def test_connecting_to_another_machine_is_refused_before_a_packet_leaves() -> None:
    with socket.socket() as outward, pytest.raises(OutsideWorldError, match=r"192\.0\.2\.1"):
        outward.connect(("192.0.2.1", 80))


def test_the_quiet_way_of_connecting_is_refused_too() -> None:
    with socket.socket() as outward, pytest.raises(OutsideWorldError):
        outward.connect_ex(("192.0.2.1", 80))


def test_connecting_to_this_machine_works() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as near:
        near.connect(server.getsockname())
        assert near.getpeername() == server.getsockname()
