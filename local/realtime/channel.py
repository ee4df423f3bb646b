"""A topic that one connection has joined: the messages that its client sends and receives there."""

import asyncio
import time
from typing import Any

from local.realtime import subscriptions, tracking
from local.realtime.authorisation import PUBLIC, Access, User, access, check_session, may_not_read
from local.realtime.context import Realtime
from local.realtime.interfaces import Outbox
from local.realtime.joins import Join, token_of
from local.realtime.messages import ForMany, Message, as_json, reply
from local.realtime.presence import Full
from local.realtime.subscriptions import SubscriptionError, request_id
from local.realtime.tokens import Claims, Refused, claims_of
from local.shares import FullError

RECHECK_AFTER = 3600.0
"""Longest time in seconds until a token's expiry is checked again."""


class Channel:
    def __init__(self, connection: Outbox, realtime: Realtime, join_message: Message, join: Join) -> None:
        self.connection, self.realtime = connection, realtime
        self.join_message, self.join = join_message, join
        self.claims: Claims = {}
        self.access: Access = PUBLIC
        self.token = join.token or connection.token
        self.presence = join.presence
        self.topic = self.realtime.topics.join(join.topic, join.private, self)
        self.address = connection.address
        self.realtime.holdings.channels.add(self.address)
        self.subscribed = 0
        self.left = False
        self.early: list[tuple[ForMany, str | None]] | None = []
        self.early_bytes = 0
        self.replayed: frozenset[str] = frozenset()
        self.expiry: asyncio.TimerHandle | None = None

    async def enter(self) -> None:
        """Join. Messages that arrive before the reply are sent after it. Raises Refused."""
        try:
            size = self.topic.presences.size if self.presence else 0
            if not self.realtime.holdings.may_deliver(self.address, size, 1):
                raise Refused("ClientJoinRateLimitReached", "Too many joins per second")
            await self._use_token(self.token)
            if self.join.replay and "broadcast" not in self.access.readable:
                raise may_not_read(self.join.topic)
            replayed = await self.realtime.replay(self.join)
            error = await self._subscribe()
            # The token may have expired meanwhile, when there was no channel to close.
            self._watch_expiry()
        except BaseException:
            self.leave()
            raise
        self._welcome(replayed, error)

    def leave(self) -> None:
        """Leave without a message to the client."""
        if self.left:
            return
        self.left = True
        self._release_early()
        holdings = self.realtime.holdings
        holdings.channels.give(self.address)
        holdings.subscriptions.give(self.address, self.subscribed)
        if self.expiry:
            self.expiry.cancel()
        self.realtime.topics.leave(self.topic, self)
        self.realtime.subscribers.by_channel.pop(self, None)

    def _welcome(self, replayed: list[dict[str, Any]], error: str | None) -> None:
        subscribed = [{**one, "id": request_id(one)} for one in self.join.changes]
        self.push(reply(self.join_message, "ok", {"postgres_changes": subscribed}))
        for row in replayed:
            self.push(self._message("broadcast", row))
        self.replayed = frozenset(row["meta"]["id"] for row in replayed)
        early, self.early = self.early or [], None
        self._release_early()
        for message, message_id in early:
            self.receive_broadcast(message, message_id)
        if self.presence:
            self.send_presence_state()
        if subscribed and error:
            self.send_system("error", error, "postgres_changes")
        elif subscribed and self.realtime.follows.is_set():
            # Otherwise the channel is closed when replication starts again, and its client joins again.
            self.send_system("ok", "Subscribed to PostgreSQL", "postgres_changes")

    async def handle(self, message: Message, size: int) -> None:
        match message.event:
            case "broadcast":
                self._broadcast(message, size)
            case "presence":
                self._presence(message, size)
            case "access_token":
                await self._renew(token_of(message.payload.get("access_token")))

    def receive_broadcast(self, message: ForMany, message_id: str | None) -> None:
        if self.early is not None:
            self._keep_early(message, message_id)
        elif "broadcast" in self.access.readable and message_id not in self.replayed:
            self.connection.send(message.frame(self.connection.version))

    def _keep_early(self, message: ForMany, message_id: str | None) -> None:
        """Keep the message until the join's reply; it counts among what waits for the client."""
        size = len(message.frame(self.connection.version) or "")
        if self.early is not None and self.connection.hold(size):
            self.early.append((message, message_id))
            self.early_bytes += size

    def _release_early(self) -> None:
        self.connection.hold(-self.early_bytes)
        self.early_bytes = 0

    def receive_presence(self, diff: ForMany) -> None:
        if self.early is None and "presence" in self.access.readable:
            self.connection.send(diff.frame(self.connection.version))

    def receive_change(self, payload: dict[str, Any]) -> None:
        self.push(Message(self.join_message.topic, "postgres_changes", payload))

    def interrupt(self) -> None:
        self.connection.close_channel(self, "phx_error")

    def push(self, message: Message) -> None:
        self.connection.push(message)

    def send_system(self, status: str, words: str, extension: str = "system") -> None:
        payload = {
            "extension": extension,
            "status": status,
            "message": words,
            "channel": self.join.topic,
        }
        self.push(self._message("system", payload))

    def send_presence_state(self) -> None:
        if "presence" in self.access.readable:
            self.push(self._message("presence_state", self.topic.presences.encoded_state()))

    def shut(self, words: str) -> None:
        """Close the channel, if it is open, with a reason. Clients do not join again by themselves."""
        if self.connection.channels.get(self.join_message.topic) is self:
            self.send_system("error", words)
            self.connection.close_channel(self, "phx_close")

    def _message(self, event: str, payload: Any) -> Message:
        return Message(self.join_message.topic, event, payload, None, self.join_message.join_ref)

    def _broadcast(self, message: Message, size: int) -> None:
        if "broadcast" not in self.access.writable:
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
        match tracking.read(message, size, limit, may_track="presence" in self.access.writable):
            case tracking.Refuse(answer):
                self.push(reply(message, "error", answer))
            case tracking.Shut(words):
                self.shut(words)
            case tracking.Untrack():
                self.topic.untrack(self)
                self.push(reply(message, "ok", {}))
            case tracking.Track(meta):
                self._track(message, meta)
            case tracking.Accept():
                self.push(reply(message, "ok", {}))

    def _track(self, message: Message, meta: dict[str, Any]) -> None:
        members = len(self.topic.members)
        if not self.realtime.holdings.may_deliver(self.address, len(as_json(meta)), members):
            self.shut("Too many messages per second")
            return
        try:
            self.topic.track(self, self.join.presence_key, meta)
        except (Full, FullError):
            self.push(reply(message, "error", {"reason": "Too much is told on this topic"}))
            return
        self.push(reply(message, "ok", {}))
        if not self.presence:
            self.presence = True
            self.send_presence_state()

    async def _use_token(self, token: str) -> None:
        """Use the claims and rights of this token from now on. Raises Refused."""
        settings = self.realtime.settings
        claims = claims_of(token, settings.jwt_secret)
        await check_session(self.realtime.pool, settings.session_check, claims)
        if self.join.private:
            user = User(claims, self.connection.headers)
            self.access = await access(self.realtime.pool, self.join.topic, user)
        self.claims, self.token = claims, token
        self._watch_expiry()

    async def _subscribe(self) -> str | None:
        """Subscribe to changes. Returns the error, if any: the channel is joined all the same."""
        try:
            wanted = subscriptions.read_all(self.join.changes)
            self._count_subscriptions(sum(max(1, len(one.filters)) for one in wanted))
            for one in wanted:
                await subscriptions.check(self.realtime.pool, one, self.claims["role"])
        except SubscriptionError as error:
            return str(error)
        if wanted:
            self.realtime.subscribers.by_channel[self] = wanted
        return None

    def _count_subscriptions(self, count: int) -> None:
        """Count the subscriptions and filters of the address. Raises SubscriptionError above the limit."""
        try:
            self.realtime.holdings.subscriptions.take(self.address, count)
        except FullError as error:
            raise SubscriptionError("There are too many subscriptions to changes") from error
        self.subscribed = count

    async def _renew(self, token: str | None) -> None:
        if token is None or token == self.token:
            return
        before = self.access
        try:
            await self._use_token(token)
        except Refused as refused:
            self.shut(refused.words)
            return
        if before.readable - self.access.readable:
            self.shut(f"You no longer have permission to read from this Channel topic: {self.join.topic}")

    def _watch_expiry(self) -> None:
        if self.expiry:
            self.expiry.cancel()
        seconds = min(max(self.claims["exp"] - time.time(), 0), RECHECK_AFTER)
        self.expiry = asyncio.get_running_loop().call_later(seconds, self._check_expiry)

    def _check_expiry(self) -> None:
        late = int(time.time() - self.claims["exp"])
        if late >= 0:
            self.shut(f"Token has expired {late} seconds ago")
        else:
            self._watch_expiry()
