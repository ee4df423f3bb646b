"""A topic as one connection has joined it: what its client may say there, and what it hears."""

import asyncio
import time
from typing import Any

from local.realtime import subscriptions, tracking
from local.realtime.authorisation import PUBLIC, Access, User, access, may_not_read
from local.realtime.context import Realtime
from local.realtime.interfaces import Outbox
from local.realtime.joins import Join, token_of
from local.realtime.messages import ForMany, Message, reply, written
from local.realtime.presence import Full
from local.realtime.subscriptions import SubscriptionError, request_id
from local.realtime.tokens import Claims, Refused, claims_of
from local.shares import FullError

LOOK_AGAIN = 3600.0
"""Seconds after which a token is looked at again, however late it expires."""


class Channel:
    def __init__(self, connection: Outbox, realtime: Realtime, asked: Message, join: Join) -> None:
        self.connection, self.realtime, self.asked, self.join = connection, realtime, asked, join
        self.claims: Claims = {}
        self.access: Access = PUBLIC
        self.token = join.token or connection.token
        self.presence = join.presence
        self.topic = self.realtime.topics.join(join.topic, join.private, self)
        self.address = connection.address
        self.realtime.holdings.channels.put(self.address)
        self.subscribed = 0
        self.left = False
        self.early: list[tuple[ForMany, str | None]] | None = []
        self.replayed: frozenset[str] = frozenset()
        self.expiry: asyncio.TimerHandle | None = None

    async def enter(self) -> None:
        """Raises Refused. What is said before the client knows that it has joined, it hears after."""
        try:
            size = self.topic.presences.size if self.presence else 0
            if not self.realtime.holdings.may_deliver(self.address, size, 1):
                raise Refused("ClientJoinRateLimitReached", "Too many joins per second")
            await self._believe(self.token)
            if self.join.replay and "broadcast" not in self.access.hears:
                raise may_not_read(self.join.topic)
            replayed = await self.realtime.replay(self.join)
            against = await self._subscribe()
            # It may have expired meanwhile, when there was no channel yet to end.
            self._watch_expiry()
        except BaseException:
            self.leave()
            raise
        self._welcome(replayed, against)

    def leave(self) -> None:
        """Without a word to the client."""
        if self.left:
            return
        self.left = True
        holdings = self.realtime.holdings
        holdings.channels.give(self.address)
        holdings.subscriptions.give(self.address, self.subscribed)
        if self.expiry:
            self.expiry.cancel()
        self.realtime.topics.leave(self.topic, self)
        self.realtime.subscribers.by_channel.pop(self, None)

    def _welcome(self, replayed: list[dict[str, Any]], against: str | None) -> None:
        asked = [{**one, "id": request_id(one)} for one in self.join.changes]
        self.push(reply(self.asked, "ok", {"postgres_changes": asked}))
        for found in replayed:
            self.push(self._message("broadcast", found))
        self.replayed = frozenset(found["meta"]["id"] for found in replayed)
        early, self.early = self.early or [], None
        for message, message_id in early:
            self.hear(message, message_id)
        if self.presence:
            self.tell_presence()
        if asked and against:
            self.tell("error", against, "postgres_changes")
        elif asked and self.realtime.follows.is_set():
            # Otherwise the channel ends as soon as the database is followed again, and its client comes back.
            self.tell("ok", "Subscribed to PostgreSQL", "postgres_changes")

    async def handle(self, message: Message, size: int) -> None:
        match message.event:
            case "broadcast":
                self._broadcast(message, size)
            case "presence":
                self._presence(message, size)
            case "access_token":
                await self._renew(token_of(message.payload.get("access_token")))

    def hear(self, message: ForMany, message_id: str | None) -> None:
        if self.early is not None:
            self.early.append((message, message_id))
        elif "broadcast" in self.access.hears and message_id not in self.replayed:
            self.connection.send(message.frame(self.connection.version))

    def hear_presence(self, diff: ForMany) -> None:
        if self.early is None and "presence" in self.access.hears:
            self.connection.send(diff.frame(self.connection.version))

    def hear_change(self, payload: dict[str, Any]) -> None:
        self.push(Message(self.asked.topic, "postgres_changes", payload))

    def interrupt(self) -> None:
        self.connection.close_channel(self, "phx_error")

    def push(self, message: Message) -> None:
        self.connection.push(message)

    def tell(self, status: str, words: str, extension: str = "system") -> None:
        payload = {
            "extension": extension,
            "status": status,
            "message": words,
            "channel": self.join.topic,
        }
        self.push(self._message("system", payload))

    def tell_presence(self) -> None:
        if "presence" in self.access.hears:
            self.push(self._message("presence_state", self.topic.presences.state()))

    def shut(self, words: str) -> None:
        """End the channel, unless it has ended, saying why. Clients do not come back by themselves."""
        if self.connection.channels.get(self.asked.topic) is self:
            self.tell("error", words)
            self.connection.close_channel(self, "phx_close")

    def _message(self, event: str, payload: Any) -> Message:
        return Message(self.asked.topic, event, payload, None, self.asked.join_ref)

    def _broadcast(self, message: Message, size: int) -> None:
        if "broadcast" not in self.access.says:
            return
        if size > self.realtime.settings.limits.message_bytes:
            if self.join.acknowledge:
                self.push(reply(message, "error", {"reason": "payload_size_exceeded"}))
            return
        if not self.realtime.holdings.may_deliver(self.address, size, len(self.topic.members)):
            self.shut("Too many messages per second")
            return
        self.topic.publish(message.payload, but=None if self.join.hear_self else self)
        if self.join.acknowledge:
            self.push(reply(message, "ok", {}))

    def _presence(self, message: Message, size: int) -> None:
        limit = self.realtime.settings.limits.message_bytes
        match tracking.read(message, size, limit, may_track="presence" in self.access.says):
            case tracking.Refuse(answer):
                self.push(reply(message, "error", answer))
            case tracking.Shut(words):
                self.shut(words)
            case tracking.Untrack():
                self.topic.untrack(self)
                self.push(reply(message, "ok", {}))
            case tracking.Track(told):
                self._track(message, told)
            case tracking.Accept():
                self.push(reply(message, "ok", {}))

    def _track(self, message: Message, told: dict[str, Any]) -> None:
        members = len(self.topic.members)
        if not self.realtime.holdings.may_deliver(self.address, len(written(told)), members):
            self.shut("Too many messages per second")
            return
        try:
            self.topic.track(self, self.join.presence_key, told)
        except (Full, FullError):
            self.push(reply(message, "error", {"reason": "Too much is told on this topic"}))
            return
        self.push(reply(message, "ok", {}))
        if not self.presence:
            self.presence = True
            self.tell_presence()

    async def _believe(self, token: str) -> None:
        """Take the token's word from now on. Raises Refused."""
        claims = claims_of(token, self.realtime.settings.jwt_secret)
        if self.join.private:
            user = User(claims, self.connection.headers)
            self.access = await access(self.realtime.pool, self.join.topic, user)
        self.claims, self.token = claims, token
        self._watch_expiry()

    async def _subscribe(self) -> str | None:
        """What stands against it, if anything does: the channel is joined all the same."""
        try:
            wanted = subscriptions.read_all(self.join.changes)
            self._hold(len(wanted))
            for one in wanted:
                await subscriptions.check(self.realtime.pool, one, self.claims["role"])
        except SubscriptionError as error:
            return str(error)
        if wanted:
            self.realtime.subscribers.by_channel[self] = wanted
        return None

    def _hold(self, wanted: int) -> None:
        """Raises SubscriptionError."""
        try:
            self.realtime.holdings.subscriptions.take(self.address, wanted)
        except FullError as error:
            raise SubscriptionError("There are too many subscriptions to changes") from error
        self.subscribed = wanted

    async def _renew(self, token: str | None) -> None:
        if token is None or token == self.token:
            return
        before = self.access
        try:
            await self._believe(token)
        except Refused as refused:
            self.shut(refused.words)
            return
        if before.hears - self.access.hears:
            self.shut(f"You no longer have permission to read from this Channel topic: {self.join.topic}")

    def _watch_expiry(self) -> None:
        if self.expiry:
            self.expiry.cancel()
        seconds = min(max(self.claims["exp"] - time.time(), 0), LOOK_AGAIN)
        self.expiry = asyncio.get_running_loop().call_later(seconds, self._look_at_token)

    def _look_at_token(self) -> None:
        late = int(time.time() - self.claims["exp"])
        if late >= 0:
            self.shut(f"Token has expired {late} seconds ago")
        else:
            self._watch_expiry()
