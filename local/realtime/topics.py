"""Topics and their members. A private and a public topic of the same name are two topics."""

import asyncio
from collections.abc import Hashable
from typing import Any, Protocol

from local.realtime.messages import ForMany
from local.realtime.presence import LARGEST, Ledger, Presences

PREFIX = "realtime:"
DIFF_AFTER = 0.02
"""Seconds in which changes of presence are collected: a thousand leaving members are one message."""


class Member(Hashable, Protocol):
    def receive_broadcast(self, message: ForMany, message_id: str | None) -> None:
        """Receive a broadcast; `message_id` is the id of a row of realtime.messages."""

    def receive_presence(self, diff: ForMany) -> None: ...

    def interrupt(self) -> None:
        """Close the channel: messages may be missing."""


class Topic:
    def __init__(self, name: str, private: bool, ledger: Ledger | None = None) -> None:
        self.name, self.private = name, private
        self.members: dict[Member, None] = {}
        self.presences = Presences(ledger)
        self.diff_timer: asyncio.TimerHandle | None = None

    @property
    def full_name(self) -> str:
        return PREFIX + self.name

    def publish(self, payload: Any, but: Member | None = None, message_id: str | None = None) -> None:
        message = ForMany(self.full_name, "broadcast", payload)
        for member in self.members:
            if member is not but:
                member.receive_broadcast(message, message_id)

    def track(self, member: Member, key: str, meta: dict[str, Any]) -> None:
        """Raises Full and FullError."""
        if self.presences.track(member, key, meta):
            self._schedule_diff()

    def untrack(self, member: Member) -> None:
        if self.presences.untrack(member):
            self._schedule_diff()

    def _schedule_diff(self) -> None:
        if self.presences.diff.size > LARGEST:
            self._send_diff()
        elif self.diff_timer is None:
            self.diff_timer = asyncio.get_running_loop().call_later(DIFF_AFTER, self._send_diff)

    def _send_diff(self) -> None:
        if self.diff_timer:
            self.diff_timer.cancel()
            self.diff_timer = None
        diff = ForMany(self.full_name, "presence_diff", self.presences.take_diff().payload())
        for member in self.members:
            member.receive_presence(diff)


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
