"""A TCP proxy that misbehaves as networks do: slow, cut, silent, or losing answers to what went through."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

CHUNK = 65_536
LINGER_NOT = struct.pack("ii", 1, 0)


class Network(StrEnum):
    """The state of a path. `blackhole` keeps connections open and carries nothing until it ends, as lost packets do."""

    WELL = "well"
    SLOW = "slow"
    CUT = "cut"
    BLACKHOLE = "blackhole"
    LOST_ANSWERS = "lost-answers"


@dataclass(eq=False)
class Conversation:
    """One connection. `turns` counts how often the client began to speak, at first or after an answer."""

    client: asyncio.StreamWriter
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    server: asyncio.StreamWriter | None = None
    turns: int = 0
    answered: bool = True

    def hear(self, *, answers: bool) -> None:
        """Count a turn with the first that the client says after an answer."""
        self.turns += not answers and self.answered
        self.answered = answers

    def end(self) -> None:
        """Reset both sides: an orderly end would look like an answer that is whole."""
        for side in (self.client, self.server):
            if side is not None and not side.transport.is_closing():
                side.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
                side.transport.abort()


@dataclass
class Proxy:
    """A path to the port `to` of this machine.

    `polite` is how many turns a protocol takes before the client asks for anything: an answer is lost after those, with
    the connection, so that what was asked for has happened. `delay` is of each piece, either way, in seconds.
    """

    to: int
    polite: int = 0
    port: int = 0
    delay: float = 0.0
    state: Network = Network.WELL
    lost: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _conversations: set[Conversation] = field(default_factory=set)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Self]:
        """Serve for as long as the context lasts."""
        server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.become(Network.CUT)
            for each in tuple(self._conversations):
                await each.ended.wait()
            await asyncio.sleep(0)  # a loop that ends earlier leaves their sockets open

    def become(self, state: Network, delay: float = 0.0) -> None:
        """Change the path's state; a cut ends what is open."""
        self.state, self.delay = state, delay
        self._changed.set()
        self._changed = asyncio.Event()
        if state is Network.CUT:
            for each in tuple(self._conversations):
                each.end()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = Conversation(writer)
        self._conversations.add(talk)
        try:
            await self._passes(talk)
            answers, talk.server = await asyncio.open_connection("127.0.0.1", self.to)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(talk, reader, talk.server, answers=False))
                both.create_task(self._pump(talk, answers, writer, answers=True))
        except* OSError:  # either side has ended, or never began
            pass  # the other one learns it below
        finally:
            self._conversations.discard(talk)
            talk.end()
            talk.ended.set()

    async def _pump(
        self, talk: Conversation, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        while piece := await reader.read(CHUNK):
            talk.hear(answers=answers)
            await self._passes(talk)
            if answers and self.state is Network.LOST_ANSWERS and talk.turns > self.polite:
                self.lost += 1
                raise ConnectionResetError
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()

    async def _passes(self, talk: Conversation) -> None:
        """Return when the path carries something. Raises ConnectionResetError where it is cut."""
        await asyncio.sleep(self.delay)
        while self.state is Network.BLACKHOLE:
            await self._changed.wait()
        if self.state is Network.CUT or talk.client.transport.is_closing():
            raise ConnectionResetError
