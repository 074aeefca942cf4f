"""Odd and valid SIP at the trunk: messages of RFC 4475 get the answer that it wants, and the next call is served."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio
import yaml

from switch.asterisk.instance.installation import Installation
from tests.live.conftest import until
from tests.live.live_site import LiveSite
from tests.live.site_files import MENU
from tests.ports import WORKER

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

MESSAGES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("torture.yaml").read_text(encoding="utf-8"))
_HOST = f"127.0.1.{10 + WORKER}"
"""An answer goes where the Via says, at the address that the request came from: to port 5060 of it."""
_QUIET_S = 1.0
"""Asterisk answers within milliseconds; whoever says nothing for so long says nothing."""
_REQUEST_URI = re.compile(rb"\A(\S+ sip:(?:[^ ]*@)?)[^@; ]+((?:;[^ ]*)? SIP/2\.0\r\n)")
_FIRST_BRANCH = re.compile(rb"(?i)(branch\s*=\s*)(z9hG4bK[^\s;,]+)")


def rendered(text: str) -> bytes:
    """The message's bytes: RFC 4475 section 2, and `<bytes>` for 512 of all values."""

    def one_line(match: re.Match[bytes]) -> bytes:
        return match[1].replace(b"\n", b"")

    raw = text.encode()
    raw = re.sub(rb"<allOneLine>\n(.*?)\n</allOneLine>", one_line, raw, flags=re.DOTALL)
    raw = re.sub(rb"<repeat count=(\d+)>(.*?)</repeat>", lambda match: match[2] * int(match[1]), raw)
    raw = raw.replace(b"\n", b"\r\n")
    raw = re.sub(rb"<hex>([0-9A-F]*)</hex>", lambda match: bytes.fromhex(match[1].decode()), raw)
    if b"\r\n\r\n" not in raw:
        raw += b"\r\n"  # the end of the headers, which the end of a YAML text leaves out
    return raw.replace(b"<bytes>", bytes(range(256)) * 2)


def adapted(raw: bytes, trunk: tuple[str, int], name: str) -> bytes:
    """The message for this trunk, as torture.yaml says."""
    address = b"%s:%d" % (trunk[0].encode(), trunk[1])
    raw = _REQUEST_URI.sub(lambda match: match[1] + address + match[2], raw)
    if raw.startswith(b"SIP/2.0 "):
        return raw
    return _FIRST_BRANCH.sub(lambda match: match[1] + match[2] + name.encode(), raw)


class Stranger(asyncio.DatagramProtocol):
    """A SIP element that sends bytes, and acknowledges and ends the calls that it is given."""

    def __init__(self, call_id: bytes) -> None:
        self._call_id = call_id
        self.answers: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if self._call_id in data:  # what is repeated of another message is not counted
            self.answers.append(data)

    @property
    def statuses(self) -> list[int]:
        """The final answers, each once."""
        found = {int(answer.split(b" ", 2)[1]) for answer in self.answers if answer.startswith(b"SIP/2.0 ")}
        return sorted(status for status in found if status >= 200)

    def finish(self, trunk: tuple[str, int]) -> None:
        """ACK what was answered; BYE where it was a 200."""
        final = self.answers[-1]
        to = _header(final, b"To")
        number = int(_header(final, b"CSeq").split()[0])
        for method, cseq in ((b"ACK", number), (b"BYE", number + 1)):
            if method == b"BYE" and not final.startswith(b"SIP/2.0 200"):
                break
            lines = [
                b"%s sip:%s:%d SIP/2.0" % (method, trunk[0].encode(), trunk[1]),
                b"Via: SIP/2.0/UDP %s;branch=z9hG4bK%s%d" % (_HOST.encode(), method, number),
                b"Max-Forwards: 70",
                b"From: " + _header(final, b"From"),
                b"To: " + to,
                b"Call-ID: " + self._call_id,
                b"CSeq: %d %s" % (cseq, method),
                b"Content-Length: 0",
            ]
            self.transport.sendto(b"\r\n".join(lines) + b"\r\n\r\n", trunk)


def _header(message: bytes, name: bytes) -> bytes:
    found = re.search(rb"(?mi)^" + name + rb"\s*:\s*(.*?)\r$", message)
    assert found is not None, (name, message)
    return found[1]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveSite]:
    async with LiveSite(tmp_path_factory.mktemp("torture"), installation) as site:
        yield site


@pytest.mark.parametrize("case", MESSAGES, ids=[f"{case['section']}-{case['name']}" for case in MESSAGES])
async def test_a_message_of_rfc_4475(house: LiveSite, case: dict[str, Any]) -> None:
    raw = rendered(case["message"])
    found = re.search(rb"(?mi)^(?:Call-ID|i)\s*:\s*(.*?)\r$", raw)
    stranger = Stranger(found[1] if found else b"SIP/2.0")
    wanted = case.get("asterisk", case["answers"])
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: stranger, local_addr=(_HOST, 5060))
    try:
        transport.sendto(adapted(raw, house.registrar, case["name"]), house.registrar)
        if wanted:
            await until(lambda: bool(stranger.statuses), 20.0)
        else:
            await asyncio.sleep(_QUIET_S)
        if raw.startswith(b"INVITE") and stranger.statuses:
            stranger.finish(house.registrar)
            await house.nobody_left()
        assert set(stranger.statuses) <= set(wanted), stranger.answers
        assert bool(stranger.statuses) == bool(wanted)
        assert not (await house.live())["calls"]
        call = await house.dial("13900004475")
        await call.hear_tone(MENU)
        await call.hang_up()
        await house.nobody_left()
    finally:
        transport.close()
