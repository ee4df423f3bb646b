"""Ports for servers that are yet to start: nobody is given one between its choice and its use."""

import os
import random
import socket

RANGE = range(20_000, 32_000)
"""Below those that outgoing connections take, so that a server that fell finds its port free."""
_held: dict[int, int] = {}
"""The descriptor of the socket that holds a port."""


def free_port() -> int:
    """A port that is held until this process ends or releases it."""
    while not hold(port := random.choice(RANGE)):
        pass
    return port


def hold(port: int) -> bool:
    """Was it free? Then it is held: who asks here is refused it, in other processes too.

    Servers may listen on it, since they set SO_REUSEADDR and the socket that holds it never listens.
    """
    holder = socket.socket()
    try:
        holder.bind(("127.0.0.1", port))
    except OSError:
        holder.close()
        return False
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _held[port] = holder.detach()
    return True


def release(port: int) -> None:
    os.close(_held.pop(port))


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
