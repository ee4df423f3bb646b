"""Connections to edge functions whose process ends."""

import asyncio
from pathlib import Path

import httpcore
import pytest
import uvloop

from local.functions.streams import Backend, Stream


async def read_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()
    await writer.wait_closed()


def test_write_to_a_connection_that_is_just_closed_is_a_write_error(tmp_path: Path) -> None:
    """The event loop closes it before it reports that, and refuses its use with a RuntimeError."""

    async def write() -> None:
        path = str(tmp_path / "function")
        async with await asyncio.start_unix_server(read_all, path):
            stream = await Backend().connect_unix_socket(path)
            assert isinstance(stream, Stream) and stream.transport
            await stream.write(b"x")
            stream.transport.abort()
            await stream.write(b"x")

    with pytest.raises(httpcore.WriteError), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(write())
