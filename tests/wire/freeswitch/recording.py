"""Conversations with a real FreeSWITCH, as data: who said what, and when.

A recording is a file of JSON lines, `{"at": seconds, "from": who, "frame": text}`, in the order in which our client
saw and said it:

| from | frame |
|---|---|
| open, close | a connection begins, or has ended |
| switch, client | a whole frame: header block, empty line, body |
| test | what the test did or had heard by then, in its words |
| disk | a file that the switch has closed: path, sounds of each side, seconds, longest silence |

`record` listens in at our client's links and writes one. It removes what belongs to the machine it ran on: password,
host name, addresses, folders. Body lengths are counted anew after that.
"""

import asyncio
import json
import socket
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast
from unittest.mock import patch

import msgspec

from switch.freeswitch import client
from switch.freeswitch.link import Link
from switch.freeswitch.wire import Frame, FrameReader
from tests.contract.sounds import listen

BESIDE_THE_SCRIPT = ("api uptime", "api global_setvar hotline_until", "api eval ${strepoch()}")
"""Heartbeats, leases and the time for them come when a clock says so: they and their replies are not written down."""

_LEFT_OUT = (
    *(f"variable_{kind}_" for kind in ("sip", "rtp", "switch", "remote", "local", "ep", "read", "write", "video")),
    *(f"variable_{kind}_" for kind in ("sofia", "endpoint", "recovery", "audio", "text", "max", "session", "channel")),
    *("variable_advertised_media_ip", "variable_dtmf_type", "variable_call_uuid", "variable_presence_id"),
    *(f"Caller-{kind}" for kind in ("Channel-", "Profile-", "Orig-", "Privacy-", "Screen", "ANI", "Source", "Context")),
    *(f"Caller-{kind}" for kind in ("Dialplan", "Logical", "Network", "Username", "Direction", "RDNIS", "Callee")),
    *("Other-Leg-", "FreeSWITCH-", "Event-Date-GMT", "Event-Date-Local", "Event-Calling-", "Presence-"),
    *("Channel-HIT", "Channel-Read", "Channel-Write", "Channel-Presence"),
)

_KEPT = ("variable_sip_network_ip", "variable_sip_term_status", "variable_sip_call_id")
"""Of those: what an answer of the far end, and a dialog, is known by."""

RECORDINGS = Path(__file__).parent / "recordings"
FOLDER = Path("/tmp/hotline-scenes")
"""Where clips and recordings are in what is written down, wherever they are in a run."""


class Said(msgspec.Struct, frozen=True, rename={"speaker": "from"}):
    """One frame of a conversation. `at` counts from the first one."""

    at: float
    speaker: str
    frame: str


def load(name: str, recordings: Path = RECORDINGS) -> list[Said]:
    """The recording of that name."""
    lines = (recordings / f"{name}.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Said) for line in lines]


def connections(name: str, folder: Path = FOLDER, recordings: Path = RECORDINGS) -> list[list[Said]]:
    """The recording of that name, a list for each connection, as if clips and recordings had been in `folder`.

    What the test did between two connections is with the earlier one.
    """
    found: list[list[Said]] = []
    for said in load(name, recordings):
        if said.speaker == "open":
            found.append([])
        else:
            found[-1].append(_moved(said, folder))
    return found


def _moved(said: Said, folder: Path) -> Said:
    frame = said.frame.replace(str(FOLDER), str(folder))
    if said.speaker == "switch":
        head, _, body = frame.partition("\n\n")
        frame = _counted(head, body)
    return Said(said.at, said.speaker, frame)


def names() -> list[str]:
    """All recordings there are."""
    return sorted(path.stem for path in RECORDINGS.glob("*.jsonl"))


def switch_bytes(recording: list[Said]) -> bytes:
    """All that the switch said, as it stood on the wire."""
    return b"".join(said.frame.encode() for said in recording if said.speaker == "switch")


def encode_frame(headers: Mapping[str, str], body: str) -> str:
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


class Tape:
    """What is written down of a conversation over any number of connections."""

    def __init__(self, password: str, folder: Path) -> None:
        self.lines: list[Said] = []
        self._scrub = scrubber(password, folder)
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()

    def note(self, speaker: str, frame: str) -> None:
        self.lines.append(Said(round(self._loop.time() - self._began, 4), speaker, self._scrub(frame)))

    def frame(self, frame: Frame) -> None:
        """A frame of the switch; the file first that it tells of."""
        text = _lighter(frame)
        if '"RECORD_STOP"' in text:
            path = Path(json.loads(frame.body)["Record-File-Path"])
            if path.exists():
                self.note("disk", describe(path))
        head, _, body = self._scrub(text).partition("\n\n")
        self.lines.append(Said(round(self._loop.time() - self._began, 4), "switch", _counted(head, body)))

    def text(self) -> str:
        """The file. Connections over which nothing was said are not in it."""
        kept: list[Said] = []
        for line in self.lines:
            if line.speaker == "close" and kept[-1].speaker == "open":
                kept.pop()
            else:
                kept.append(line)
        return "".join(msgspec.json.encode(line).decode() + "\n" for line in kept)


class TappedLink(Link):
    """A link that somebody listens in at. Made while `tape` is set."""

    tape: Tape

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._frames = FrameReader()
        self._written_down: deque[bool] = deque()  # for each command without its reply
        self.tape.note("open", "")
        super().connection_made(cast(asyncio.BaseTransport, _TappedTransport(self, transport)))

    def data_received(self, data: bytes) -> None:
        self._frames.feed(data)
        while (frame := self._frames.next_frame()) is not None:
            is_reply = frame.content_type in ("api/response", "command/reply")
            if not is_reply or self._written_down.popleft():
                self.tape.frame(frame)
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.tape.note("close", "")
        super().connection_lost(exc)

    def said(self, data: bytes) -> None:
        """Our client writes. Empty lines, which only wake the switch, are left out; no command has a body."""
        for command in data.decode().split("\n\n"):
            if command := command.lstrip("\n"):
                self._written_down.append(not command.startswith(BESIDE_THE_SCRIPT))
                if self._written_down[-1]:
                    self.tape.note("client", f"{command}\n\n")


class _TappedTransport:
    def __init__(self, link: TappedLink, transport: asyncio.BaseTransport) -> None:
        self._link = link
        self._transport = transport

    def write(self, data: bytes) -> None:
        self._link.said(data)
        cast(asyncio.Transport, self._transport).write(data)

    def __getattr__(self, name: str) -> object:
        return getattr(self._transport, name)


@contextmanager
def record(path: Path, password: str, folder: Path, passed: Callable[[], bool] = lambda: True) -> Iterator[Tape]:
    """Listen in at all links that are made meanwhile. What was said is written to `path` if all went well."""
    tape = Tape(password, folder)
    with patch.object(client, "Link", type("Tapped", (TappedLink,), {"tape": tape})):
        yield tape
    if passed():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(tape.text())


def _lighter(frame: Frame) -> str:
    """A JSON event, or a dump of a channel in JSON, without the variables of SIP and RTP: two thirds of its bytes, and
    nobody of ours reads them. Other frames whole."""
    body = frame.body.decode()
    if frame.content_type == "text/event-json" or body.startswith('{"Event-Name"'):
        headers = {
            name: value for name, value in json.loads(body).items() if name in _KEPT or not name.startswith(_LEFT_OUT)
        }
        body = json.dumps(headers, ensure_ascii=False, separators=(",", ":"))
    return encode_frame(frame.headers, body)


def _counted(head: str, body: str) -> str:
    return encode_frame(dict(line.split(": ", 1) for line in head.split("\n")), body) if body else f"{head}\n\n"


def describe(path: Path) -> str:
    """A file of sound: path, what is heard left and right, its length in seconds, the longest silence in it."""
    heard = listen(path)
    sides = ("+".join(sorted(side)) or "-" for side in (heard.left, heard.right))
    return " ".join((str(path), *sides, f"{heard.duration_s:.3f}", f"{heard.silent_s:.2f}"))
