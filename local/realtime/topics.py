"""Topics and who has joined them. A private topic and a public one of the same name are two."""

import asyncio
from collections.abc import Hashable
from typing import Any, Protocol

from local.realtime.messages import ForMany
from local.realtime.presence import LARGEST, Ledger, Presences

PREFIX = "realtime:"
DIFF_AFTER = 0.02
"""Seconds in which changes of presence are gathered: a thousand who leave at once are one message."""


class Member(Hashable, Protocol):
    def hear(self, message: ForMany, message_id: str | None) -> None:
        """Take a broadcast; `message_id` is that of a row of realtime.messages."""

    def hear_presence(self, diff: ForMany) -> None: ...

    def interrupt(self) -> None:
        """Something may have been missed."""


class Topic:
    def __init__(self, name: str, private: bool, ledger: Ledger | None = None) -> None:
        self.name, self.private = name, private
        self.members: dict[Member, None] = {}
        self.presences = Presences(ledger)
        self.telling: asyncio.TimerHandle | None = None

    @property
    def full_name(self) -> str:
        return PREFIX + self.name

    def publish(self, payload: Any, but: Member | None = None, message_id: str | None = None) -> None:
        message = ForMany(self.full_name, "broadcast", payload)
        for member in self.members:
            if member is not but:
                member.hear(message, message_id)

    def track(self, member: Member, key: str, told: dict[str, Any]) -> None:
        """Raises Full."""
        if self.presences.track(member, key, told):
            self._tell_soon()

    def untrack(self, member: Member) -> None:
        if self.presences.untrack(member):
            self._tell_soon()

    def _tell_soon(self) -> None:
        if self.presences.diff.size > LARGEST:
            self._tell()
        elif self.telling is None:
            self.telling = asyncio.get_running_loop().call_later(DIFF_AFTER, self._tell)

    def _tell(self) -> None:
        if self.telling:
            self.telling.cancel()
            self.telling = None
        diff = ForMany(self.full_name, "presence_diff", self.presences.take_diff().payload())
        for member in self.members:
            member.hear_presence(diff)


class Topics:
    def __init__(self, ledger: Ledger | None = None) -> None:
        self.ledger = ledger
        self.topics: dict[tuple[str, bool], Topic] = {}

    def join(self, name: str, private: bool, member: Member) -> Topic:
        topic = self.topics.get((name, private))
        if topic is None:
            topic = self.topics[name, private] = Topic(name, private, self.ledger)
        topic.members[member] = None
        return topic

    def leave(self, topic: Topic, member: Member) -> None:
        topic.members.pop(member, None)
        topic.untrack(member)
        if not topic.members:
            self.topics.pop((topic.name, topic.private), None)

    def publish(self, name: str, private: bool, payload: Any, message_id: str | None = None) -> None:
        if topic := self.topics.get((name, private)):
            topic.publish(payload, message_id=message_id)

    def members(self, name: str, private: bool) -> int:
        topic = self.topics.get((name, private))
        return len(topic.members) if topic else 0

    def interrupt(self) -> None:
        for member in [member for topic in self.topics.values() for member in topic.members]:
            member.interrupt()
