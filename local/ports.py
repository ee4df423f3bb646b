"""Free ports for servers that start later, held until then."""

import os
import random
import socket

RANGE = range(20_000, 32_000)
"""Below the range of outgoing connections, so that a crashed server finds its port free."""
_held: dict[int, int] = {}
"""Port: the file descriptor of the socket that holds it."""


def free_port() -> int:
    """A free port, held until this process ends or releases it."""
    while not hold(port := random.choice(RANGE)):
        pass
    return port


def hold(port: int) -> bool:
    """Whether the port was free. It is held then: no process can hold it again.

    Servers can listen on it, since they set SO_REUSEADDR and the holding socket never listens.
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
