"""What modules of Realtime need of each other, so that imports lead one way.

A connection has channels, which have subscriptions, which the feed serves. What is below knows a channel as a
Listener, and a channel knows its connection as an Outbox.
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
    def connection(self) -> Hashable:
        """Whose channel it is: a client has several."""

    def hear_change(self, payload: dict[str, Any]) -> None:
        """Send a change to the client."""

    def interrupt(self) -> None:
        """End the channel, since something may have been missed: the client joins again."""

    def shut(self, words: str) -> None:
        """End the channel for good, with a reason."""


class Joined(Protocol):
    """A channel as its connection ends it."""

    @property
    def asked(self) -> Message:
        """The message that joined it."""

    def leave(self) -> None: ...


class Outbox(Hashable, Protocol):
    """The connection of a channel, which sends what the channel gives it."""

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
        """Those that are joined, by topic."""

    def push(self, message: Message) -> None: ...

    def send(self, frame: Frame | None) -> None: ...

    def close_channel(self, channel: Joined, event: str) -> None: ...
