"""What is kept of one call: its SIP, ARI and journal lines in one order, and the instants that only the link shows."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench.ari_tap import Told, caller_key
from bench.talk_script import Line
from calls.events import ClockSet
from hotline.journal.reading import decoder
from hotline.store import opening

_TALK = "-talk-"
_ADD = "/addChannel"
_BEFORE_S, _AFTER_S = 0.1, 1.0
_NEWEST = 20_000
"""Events of the journal that are looked through: of the last minute at some 30 calls a second."""


class _Party(msgspec.Struct, frozen=True, gc=False):
    number: str = ""


class _Channel(msgspec.Struct, frozen=True, gc=False):
    id: str = ""
    caller: _Party = _Party()
    connected: _Party = _Party()


class _Message(msgspec.Struct, frozen=True, gc=False):
    """What is read of any message of the link: an event, a request or its answer."""

    type: str
    channel: _Channel = _Channel()
    peer: _Channel = _Channel()
    request_id: str = ""
    method: str = ""
    uri: str = ""
    message_body: str = ""
    status_code: int = 0


_message = msgspec.json.Decoder(_Message)


class Entry(NamedTuple):
    """A line of the trace: its instant, where it was seen, and its text."""

    at: float
    where: str
    text: str


@dataclass(frozen=True)
class Link:
    """What the link shows of one call. `told_at`, `asked_at`: see `bench.talk_steps.Steps`."""

    entries: Sequence[Entry]
    channels: frozenset[str]
    told_at: float | None
    asked_at: float | None


def of_link(told: Sequence[Told], caller: str, first: float, last: float) -> Link:
    """The messages about a caller and the agents who were called for them, `first` to `last` being the call's time.

    An event has a channel, with the caller's number on it: as its own, or as whom an agent's leg is connected with; or,
    as one of a prompt, only its id. A request names channels in its URI or body, its answer has the request's number.
    """
    key = caller_key(caller)
    window = [one for one in told if first - _BEFORE_S <= one.at <= last + _AFTER_S]
    decoded = [(one, _message.decode(one.text)) for one in window]
    channels = {one.id for _, message in decoded for one in (message.channel, message.peer) if _is_of(one, key)}
    channels.discard("")
    entries: list[Entry] = []
    asked: set[tuple[int, str]] = set()
    started: list[float] = []
    asked_at = None
    for one, message in decoded:
        number = (one.connection, message.request_id)
        if message.method:
            if not any(channel in message.uri or channel in message.message_body for channel in channels):
                continue
            asked.add(number)
            if _ADD in message.uri and _TALK in message.uri:
                asked_at = asked_at or one.at
        elif message.request_id:
            if number not in asked:
                continue
        elif not _is_about(message, one.text, channels):
            continue
        elif message.type == "StasisStart":
            started.append(one.at)
        entries.append(Entry(one.at, "ARI →" if one.asked else "ARI ←", one.text.decode("utf-8", "replace")))
    # the caller's own is the first, an agent's the next
    return Link(entries, frozenset(channels), started[1] if len(started) > 1 else None, asked_at)


def of_phones(lines: Sequence[Line]) -> list[Entry]:
    """SIP messages of both phones."""
    return [Entry(line.at, "SIP →" if line.sent else "SIP ←", line.text.rstrip()) for line in lines]


def of_journal(database: Path, channels: frozenset[str]) -> list[Entry]:
    """The newest events of the journal that name one of these channels. Raises sqlite3.Error."""
    with contextlib.closing(opening.to_read(database)) as connection:
        rows = connection.execute(
            "SELECT at, event FROM journal WHERE seq > (SELECT max(seq) FROM journal) - ? ORDER BY seq", (_NEWEST,)
        ).fetchall()
        clock = connection.execute(
            "SELECT event FROM journal WHERE instr(event, CAST('ClockSet' AS BLOB)) ORDER BY seq LIMIT 1"
        ).fetchone()
    wanted = [channel.encode() for channel in channels]
    # the journal's line of time goes by the wall clock's offset, and ours by the machine's start
    shift_s = _offset_s(decoder.decode(clock[0])) - (time.time() - time.monotonic()) if clock else 0.0
    return [
        Entry(at + shift_s, "journal", bytes(event).decode("utf-8", "replace"))
        for at, event in rows
        if any(channel in event for channel in wanted)
    ]


def trace(caller: str, fault: str, invite_at: float, entries: Sequence[Entry]) -> str:
    """All of it, by time: milliseconds since the caller's INVITE, where it was seen, and the text."""
    lines = [f"{caller}: {fault}", ""]
    for entry in sorted(entries, key=lambda entry: entry.at):
        first, *more = entry.text.splitlines() or [""]
        lines.append(f"{(entry.at - invite_at) * 1e3:10.1f} ms  {entry.where:<8} {first}")
        lines += [f"{'':24}{line}" for line in more if line]
    return "\n".join([*lines, ""])


def _is_about(event: _Message, text: bytes, channels: set[str]) -> bool:
    named = event.channel.id or event.peer.id
    return named in channels if named else any(channel.encode() in text for channel in channels)


def _is_of(channel: _Channel, key: str) -> bool:
    return key in (caller_key(channel.caller.number), caller_key(channel.connected.number))


def _offset_s(event: object) -> float:
    return event.offset_s if isinstance(event, ClockSet) else 0.0
