"""Limits of connections, addresses and all clients."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    message_bytes: int = 256 * 1024
    """Largest payload of a broadcast or presence as JSON."""
    connections: int = 10_000
    """Connections of the project."""
    connections_each: int = 300
    """Connections of a network address."""
    channels: int = 100
    """Channels of a connection."""
    all_channels: int = 50_000
    """Channels of the project; of an address a tenth."""
    subscriptions: int = 20_000
    """Subscriptions to changes of the project; one with several filters counts as so many, as each change is
    compared with all of them. Of an address a tenth."""
    presence_bytes: int = 32 * 1024 * 1024
    """Bytes of presence in all; of an address an eighth, of a connection an eighth of that."""
    presences: int = 20_000
    """Entries of presence, divided like their bytes."""
    deliveries_per_second: int = 20_000
    """Deliveries of messages of an address: each 4 KiB to each recipient counts as one."""
    joins_per_second: int = 100
    """Joins of a connection."""
    project_joins_per_second: int = 2500
    messages_per_second: int = 100
    """Messages of a connection; of broadcasts by HTTP, of a caller."""
    messages_each: int = 1000
    """Messages per second of all connections of an address."""
    buffer_bytes: int = 4 * 1024 * 1024
    """Queued bytes of a connection above which it is cut."""
    idle_seconds: float = 60.0
    """Silence after which a connection is closed; clients send a heartbeat every 25 s."""
    presence_key: int = 1024
    """Characters."""
