"""Conversations with a real FreeSWITCH, as data: who said what, and when.

A recording is a file of JSON lines: `{"at": seconds, "from": "switch" | "client" | "open", "frame": text}`. A frame is
whole: header block, empty line, body. Frames of the switch keep their order and their distance in time. "open" is where
a connection begins, for conversations over several.

`record` is a proxy between a client and a real switch that writes one. It removes what belongs to the machine it ran
on: password, host name, addresses. Body lengths are counted anew after that.
"""

import asyncio
import json
import socket
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import msgspec

from switch.freeswitch.wire import Frame, FrameReader

BESIDE_THE_SCRIPT = ("api uptime", "api global_setvar hotline_until")
"""Heartbeats and leases come when a clock says so: they and their replies are not written down."""

_LEFT_OUT = (
    *(f"variable_{kind}_" for kind in ("sip", "rtp", "switch", "remote", "local", "ep", "read", "write", "video")),
    *("variable_advertised_media_ip", "variable_dtmf_type", "Caller-Channel-", "Caller-Profile-", "Other-Leg-Channel-"),
    *("FreeSWITCH-IPv", "Event-Date-GMT", "Event-Date-Local", "Event-Calling-", "Other-Leg-Profile-"),
)

RECORDINGS = Path(__file__).parent / "recordings"
FOLDER = Path("/tmp/hotline-scenes")
"""Where clips and recordings are in what is written down, wherever they are in a run."""


class Said(msgspec.Struct, frozen=True, rename={"speaker": "from"}):
    """One frame of a conversation. `at` counts from the first one."""

    at: float
    speaker: str
    frame: str


def load(name: str) -> list[Said]:
    """The recording of that name."""
    lines = (RECORDINGS / f"{name}.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Said) for line in lines]


def connections(name: str, folder: Path = FOLDER) -> list[list[Said]]:
    """The recording of that name, a list for each connection, as if clips and recordings had been in `folder`."""
    found: list[list[Said]] = []
    for said in load(name):
        if said.speaker == "open":
            found.append([])
        else:
            found[-1].append(Said(said.at, said.speaker, _moved(said.frame, folder)))
    return found


def _moved(frame: str, folder: Path) -> str:
    head, _, body = frame.replace(str(FOLDER), str(folder)).partition("\n\n")
    return encode_frame(dict(line.split(": ", 1) for line in head.split("\n")), body) if body else f"{head}\n\n"


def names() -> list[str]:
    """All recordings there are."""
    return sorted(path.stem for path in RECORDINGS.glob("*.jsonl"))


def switch_bytes(recording: list[Said]) -> bytes:
    """All that the switch said, as it stood on the wire."""
    return b"".join(said.frame.encode() for said in recording if said.speaker == "switch")


def encode_frame(headers: dict[str, str], body: str) -> str:
    """A frame with its length counted anew."""
    lines = [f"{name}: {value}" for name, value in headers.items() if name != "Content-Length"]
    if body:
        lines.insert(0, f"Content-Length: {len(body.encode())}")
    return "\n".join(lines) + "\n\n" + body


def scrubber(password: str, folder: Path) -> Callable[[str], str]:
    """Takes away what tells of the machine that it was recorded on."""
    here = {str(folder): str(FOLDER), password: "recorded", socket.gethostname(): "switch.example"}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # a datagram socket sends nothing by connecting: it only learns its address
        here.setdefault(probe.getsockname()[0], "192.0.2.9")

    def scrub(text: str) -> str:
        for found, instead in here.items():
            text = text.replace(found, instead)
        return text

    return scrub


def _commands(reader: bytearray) -> Iterator[str]:
    """Whole commands of a client: none of ours has a body. Empty lines, which only wake the switch, are left out."""
    while True:
        while reader[:1] == b"\n":
            del reader[:1]
        end = reader.find(b"\n\n")
        if end < 0:
            return
        yield reader[: end + 2].decode()
        del reader[: end + 2]


@asynccontextmanager
async def record(name: str, switch_port: int, password: str, folder: Path = FOLDER) -> AsyncIterator[int]:
    """A proxy to the switch on loopback; gives its port. What went through is written at the end."""
    said: list[dict[str, object]] = []
    began = time.monotonic()
    scrub = scrubber(password, folder)

    def note(speaker: str, frame: str) -> None:
        said.append({"at": round(time.monotonic() - began, 4), "from": speaker, "frame": scrub(frame)})

    waiting: deque[bool] = deque()  # for each command without its reply: whether it is written down

    async def from_client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        buffer = bytearray()
        while data := await reader.read(65536):
            buffer += data
            for command in _commands(buffer):
                waiting.append(not command.startswith(BESIDE_THE_SCRIPT))
                if waiting[-1]:
                    note("client", command)
            writer.write(data)
        writer.close()

    async def from_switch(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frames = FrameReader()
        while data := await reader.read(65536):
            frames.feed(data)
            while (frame := frames.next_frame()) is not None:
                is_reply = frame.content_type in ("api/response", "command/reply")
                if not is_reply or waiting.popleft():
                    note("switch", _scrubbed(frame, scrub))
            writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        note("open", "")
        waiting.clear()
        switch_reader, switch_writer = await asyncio.open_connection("127.0.0.1", switch_port)
        with suppress(asyncio.CancelledError):  # the recording ends with the client's test
            await asyncio.gather(from_client(reader, switch_writer), from_switch(switch_reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
    RECORDINGS.mkdir(exist_ok=True)
    with (RECORDINGS / f"{name}.jsonl").open("w") as file:
        for line in said:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _scrubbed(frame: Frame, scrub: Callable[[str], str]) -> str:
    """The frame without what tells of the machine. A plain event's own length stays right: its body has nothing.

    Of a JSON event the variables of SIP and RTP go too: two thirds of its bytes, and nobody of ours reads them.
    """
    body = scrub(frame.body.decode())
    if frame.content_type == "text/event-json":
        headers = {name: value for name, value in json.loads(body).items() if not name.startswith(_LEFT_OUT)}
        body = json.dumps(headers, ensure_ascii=False, separators=(",", ":"))
    return encode_frame({name: scrub(value) for name, value in frame.headers.items()}, body)
