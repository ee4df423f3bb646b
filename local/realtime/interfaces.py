"""Protocols between the modules of Realtime, so that imports lead one way.

A connection has channels, which have subscriptions, which the feed serves. Lower modules use a channel as a
Listener; a channel uses its connection as an Outbox.
"""

from collections.abc import Hashable, Mapping
from typing import Any, Protocol

from local.realtime.messages import Frame, Message
from local.realtime.tokens import Claims


class Listener(Hashable, Protocol):
    """A channel that receives changes of tables."""

    @property
    def claims(self) -> Claims: ...

    @property
    def address(self) -> str:
        """The network address of the client."""

    def receive_change(self, payload: dict[str, Any]) -> None:
        """Send a change to the client."""

    def interrupt(self) -> None:
        """Close the channel because changes may be missing: the client joins again."""

    def shut(self, words: str) -> None:
        """Close the channel with a reason: the client does not join again."""


class Joined(Protocol):
    """A channel as its connection closes it."""

    @property
    def join_message(self) -> Message:
        """The message that joined it."""

    def leave(self) -> None: ...


class Outbox(Hashable, Protocol):
    """The connection of a channel, which sends the channel's messages."""

    @property
    def address(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def token(self) -> str: ...

    @property
    def headers(self) -> dict[str, str]: ...

    @property
    def channels(self) -> Mapping[str, object]:
        """The joined channels by topic."""

    def push(self, message: Message) -> None: ...

    def send(self, frame: Frame | None) -> None: ...

    def hold(self, size: int) -> bool: ...

    def close_channel(self, channel: Joined, event: str) -> None: ...
