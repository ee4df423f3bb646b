"""One client's WebSocket: its channels, and its received and queued messages."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect

from local.rates import Rate
from local.realtime import joins
from local.realtime.channel import Channel
from local.realtime.context import Realtime
from local.realtime.interfaces import Joined
from local.realtime.messages import Frame, Message, Unreadable, cost, decode, encode, reply
from local.realtime.tokens import Refused
from local.realtime.topics import PREFIX

POLICY_VIOLATION = 1008
GOODBYE_WITHIN = 5.0
"""Seconds for the closing handshake, after which the connection is cut."""

log = logging.getLogger(__name__)


class Connection:
    def __init__(
        self, websocket: WebSocket, realtime: Realtime, version: str, token: str, address: str
    ) -> None:
        self.websocket, self.realtime, self.address = websocket, realtime, address
        self.version, self.token = version, token
        self.headers = {
            name: value
            for name, value in websocket.headers.items()
            if name not in ("cookie", "authorization")
        }
        self.channels: dict[str, Channel] = {}
        self.messages = Rate(realtime.settings.limits.messages_per_second)
        self.joins = Rate(realtime.settings.limits.joins_per_second)
        self.waiting = deque[Frame]()
        self.waiting_bytes = 0
        self.something_waits = asyncio.Event()
        self.ended = False
        self.last_words: str | None = None

    async def run(self) -> None:
        """Run until the client leaves or the connection is closed."""
        await self.websocket.accept()
        self.writer = asyncio.create_task(self._write())
        try:
            await self._read()
        finally:
            self.ended = True
            for channel in self.channels.values():
                channel.leave()
            self.channels.clear()
            self.waiting.clear()
            self.writer.cancel()

    def push(self, message: Message) -> None:
        self.send(encode(message, self.version))

    def send(self, frame: Frame | None) -> None:
        """Queue the frame. A client with too many queued bytes is disconnected."""
        if frame is None or self.ended:
            return
        self.waiting.append(frame)
        self.something_waits.set()
        self.hold(len(frame))

    def hold(self, size: int) -> bool:
        """Count bytes that wait to be sent. A client for whom too many wait is disconnected; then False."""
        self.waiting_bytes += size
        if self.waiting_bytes > self.realtime.settings.limits.buffer_bytes and not self.ended:
            log.warning("slow reader cut off", extra={"fields": {"bytes": self.waiting_bytes}})
            self._abort()
        return not self.ended

    def close_channel(self, channel: Joined, event: str) -> None:
        """Close the channel: after `phx_error` clients join again, after `phx_close` they do not."""
        if self.channels.get(channel.join_message.topic) is channel:
            del self.channels[channel.join_message.topic]
            channel.leave()
            join_ref = channel.join_message.join_ref
            self.push(Message(channel.join_message.topic, event, {}, join_ref, join_ref))

    def _abort(self) -> None:
        self.ended = True
        self.waiting.clear()
        abort: Callable[[], None] = self.websocket.scope["state"]["abort"]
        abort()

    async def _write(self) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            while self.last_words is None:
                await self.something_waits.wait()
                self.something_waits.clear()
                await self._write_waiting()
            await self.websocket.close(POLICY_VIOLATION, self.last_words)

    async def _write_waiting(self) -> None:
        while self.waiting:
            frame = self.waiting.popleft()
            self.waiting_bytes -= len(frame)
            if isinstance(frame, str):
                await self.websocket.send_text(frame)
            else:
                await self.websocket.send_bytes(frame)

    async def _read(self) -> None:
        idle = self.realtime.settings.limits.idle_seconds
        while not self.ended:
            try:
                async with asyncio.timeout(idle):
                    event = await self.websocket.receive()
            except TimeoutError:
                return await self._goodbye("nothing was heard for too long")
            if event["type"] == "websocket.disconnect":
                return
            frame: Frame = event["text"] if event.get("text") is not None else event["bytes"]
            # Counted before it is parsed, and without a channel too.
            messages = cost(frame)
            enough = self.messages.take(messages) and self.realtime.holdings.messages.of(self.address).take(
                messages
            )
            message = self._decoded(frame) if enough or messages == 1 else None
            if not enough and not self._slow_down(message):
                return await self._goodbye("too many messages per second")
            if message is not None and not await self._handle(message, len(frame)):
                return await self._goodbye("too many joins per second")

    def _decoded(self, frame: Frame) -> Message | None:
        """None for an invalid frame."""
        try:
            return decode(frame, self.version)
        except Unreadable:
            return None

    async def _goodbye(self, why: str) -> None:
        """Close after all queued frames, with a reason; cut the connection of a client that does not read."""
        self.ended = True
        asyncio.get_running_loop().call_later(GOODBYE_WITHIN, self._abort)
        self.last_words = why
        self.something_waits.set()
        await self.writer

    def _slow_down(self, message: Message | None) -> bool:
        """Close the channel that exceeds the message rate. False if there is no such channel."""
        channel = self.channels.get(message.topic) if message else None
        if channel:
            channel.shut("Too many messages per second")
        return channel is not None

    async def _handle(self, message: Message, size: int) -> bool:
        """Handle the message. False to close the connection."""
        channel = self.channels.get(message.topic)
        match message.event:
            case "heartbeat" if message.topic == "phoenix":
                self.push(reply(message, "ok", {}))
            case "phx_join" if message.topic.startswith(PREFIX):
                return await self._join(message)
            case "phx_leave" if channel and _is_of_earlier_join(message, channel):
                pass
            case "phx_leave":
                self.push(reply(message, "ok", {}))
                if channel:
                    self.close_channel(channel, "phx_close")
            case _ if channel:
                await channel.handle(message, size)
            case _:
                self.push(reply(message, "error", {"reason": "unmatched topic"}))
        return True

    async def _join(self, message: Message) -> bool:
        limits = self.realtime.settings.limits
        if not self.joins.take():
            self.push(reply(message, "error", {"reason": str(too_many_joins())}))
            return False
        if before := self.channels.get(message.topic):
            self.close_channel(before, "phx_close")
        try:
            if len(self.channels) >= limits.channels:
                raise Refused("ChannelRateLimitReached", "Too many channels")
            if not self.realtime.joins.take():
                raise too_many_joins()
            if self.realtime.holdings.channels.is_full(self.address):
                raise Refused("ChannelRateLimitReached", "Too many channels")
            join = joins.read(message.topic, message.payload, limits.presence_key)
            channel = Channel(self, self.realtime, message, join)
            await channel.enter()
        except Refused as refused:
            self.push(reply(message, "error", {"reason": str(refused)}))
        else:
            self.channels[message.topic] = channel
        return True


def _is_of_earlier_join(message: Message, channel: Channel) -> bool:
    """Whether it belongs to an earlier join, whose end was sent to the client already."""
    return len({message.join_ref, channel.join_message.join_ref} - {None}) == 2


def too_many_joins() -> Refused:
    return Refused("ClientJoinRateLimitReached", "Too many joins per second")
