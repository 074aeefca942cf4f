"""The load on a SIP gate: INVITEs of another system at a steady rate, the trunk behind the gate, and when each came.

One process and one clock, so that an INVITE's way through is a difference. Every second callee is on the do-not-call
list. The trunk answers 486 at once: what is measured is the gate. Reads a `Load` from standard input, prints `Taken`.
"""

from __future__ import annotations

import asyncio
import re
import time
from typing import cast

import msgspec

from bench.children import reply, requests

HOST = "127.0.0.1"
_WAIT_S = 6.0
"""So long after the last INVITE an answer counts: longer than the gate's own patience."""
_LOOK_S = 0.05
_CALL_ID = re.compile(rb"^(?:Call-ID|i):\s*(\S+)", re.MULTILINE | re.IGNORECASE)
_ECHOED = re.compile(rb"^(?:Via|From|Call-ID|CSeq):[^\r\n]*\r\n", re.MULTILINE | re.IGNORECASE)
_TO = re.compile(rb"^To:[^\r\n]*", re.MULTILINE | re.IGNORECASE)


class Load(msgspec.Struct, frozen=True):
    """Calls to be placed. `first` is the number of the first one: numbers are never used twice."""

    gate_port: int
    trunk_port: int
    rate: float
    seconds: float
    first: int


class Taken(msgspec.Struct, frozen=True):
    """What came of them: seconds from INVITE to 603, and from INVITE to the trunk; how many had no final answer; by
    status how many answers."""

    refused_s: list[float]
    passed_s: list[float]
    lost: int
    answers: dict[int, int]
    at_trunk: int


def number(count: int) -> str:
    """The callee of a call: each a mobile of its own; those that are odd are not to be called."""
    return f"138{count:08d}"


class _Trunk(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.came: dict[bytes, float] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not data.startswith(b"INVITE"):
            return
        found = _CALL_ID.search(data)
        assert found is not None
        self.came.setdefault(found[1], time.perf_counter())
        to = _TO.search(data)
        assert to is not None
        answer = b"SIP/2.0 486 Busy Here\r\n" + b"".join(_ECHOED.findall(data)) + to[0] + b";tag=t\r\n"
        self._transport.sendto(answer + b"Content-Length: 0\r\n\r\n", addr)


class _System(asyncio.DatagramProtocol):
    """The other system: sends, and acknowledges."""

    def __init__(self, gate_port: int) -> None:
        self._gate = (HOST, gate_port)
        self.sent: dict[bytes, tuple[float, str]] = {}
        self.answered: dict[bytes, tuple[float, int]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)
        self._port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        status, found = int(data[8:11]), _CALL_ID.search(data)
        if status < 200 or found is None:
            return
        self.answered.setdefault(found[1], (time.perf_counter(), status))
        callee, to = self.sent[found[1]][1], _TO.search(data)
        assert to is not None
        self._transport.sendto(self._request("ACK", callee, found[1].decode(), to[0].decode()), self._gate)

    def invite(self, callee: str) -> None:
        call = f"{callee}@gate-load"
        self.sent[call.encode()] = (time.perf_counter(), callee)
        self._transport.sendto(self._request("INVITE", callee, call, f"To: <sip:{callee}@{HOST}>"), self._gate)

    def _request(self, method: str, callee: str, call: str, to: str) -> bytes:
        return (
            f"{method} sip:{callee}@{HOST}:{self._gate[1]} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {HOST}:{self._port};branch=z9hG4bK{callee}\r\nMax-Forwards: 70\r\n"
            f"From: <sip:4000095183@{HOST}>;tag={callee}\r\n{to}\r\nCall-ID: {call}\r\nCSeq: 1 {method}\r\n"
            f"Contact: <sip:4000095183@{HOST}:{self._port}>\r\nContent-Length: 0\r\n\r\n"
        ).encode()


async def place(load: Load) -> Taken:
    """Place the calls, and wait for what comes of them."""
    loop = asyncio.get_running_loop()
    trunk_transport, trunk = await loop.create_datagram_endpoint(_Trunk, (HOST, load.trunk_port))
    transport, system = await loop.create_datagram_endpoint(lambda: _System(load.gate_port), (HOST, 0))
    began, count = loop.time(), int(load.rate * load.seconds)
    for placed in range(count):
        await asyncio.sleep(max(0.0, began + placed / load.rate - loop.time()))
        system.invite(number(load.first + placed))
    for _ in range(round(_WAIT_S / _LOOK_S)):
        if len(system.answered) >= count:
            break
        await asyncio.sleep(_LOOK_S)
    transport.close()
    trunk_transport.close()
    answers: dict[int, int] = {}
    for _, status in system.answered.values():
        answers[status] = answers.get(status, 0) + 1
    return Taken(
        [at - system.sent[call][0] for call, (at, status) in system.answered.items() if status == 603],
        [at - system.sent[call][0] for call, at in trunk.came.items()],
        count - len(system.answered),
        answers,
        len(trunk.came),
    )


async def main() -> None:
    """Serve standard input."""
    async for line in requests():
        reply(await place(msgspec.json.decode(line, type=Load)))


if __name__ == "__main__":
    asyncio.run(main())
