"""Compiles what callers hear while the controller is away into Asterisk's own dialplan.

A fallback is deliberately small: the hours, one menu of one level, the phones of a group all ringing at once, and
voicemail. What each call came to is written by the dialplan itself (context hotline-fallback-log of
`asterisk/conf/extensions.conf`) and read back by `switch.asterisk.imported`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_NUMBER = re.compile(r"[0-9A-Za-z+*#]{1,40}")
_ENDPOINT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
# In the dialplan these end a value, begin a variable or an expression, or separate arguments and sounds.
_UNSAFE_IN_PATH = re.compile(r'[\s,;&|"$\[\]{}()]')
_LONGEST_CALL_S = 3600
_MENU_TRIES = 2
_MENU_WAIT_S = 6


class FallbackError(ValueError):
    """A fallback that cannot be compiled; the message names the field and what it may be."""


@dataclass(frozen=True)
class Span:
    """Open from one minute of the day up to another: Span(540, 1080) is 09:00 to 18:00."""

    first_minute: int
    last_minute: int  # exclusive; 1440 is midnight at the day's end

    def __post_init__(self) -> None:
        if not 0 <= self.first_minute < self.last_minute <= 1440:
            raise FallbackError(f"{self}: minutes of one day, the first before the last; split what passes midnight")


@dataclass(frozen=True)
class OpeningHours:
    """Local opening hours. A date that is listed replaces its weekday: holidays are empty, make-up workdays are not."""

    zone: str  # IANA name
    weekdays: Mapping[int, Sequence[Span]]  # by ISO weekday, Monday 1 to Sunday 7; missing is closed
    dates: Mapping[date, Sequence[Span]] = field(default_factory=dict)


@dataclass(frozen=True)
class RingGroup:
    """Phones that ring together, by PJSIP endpoint (`AgentAccount.user`)."""

    name: str
    endpoints: tuple[str, ...]


@dataclass(frozen=True)
class FallbackLine:
    """What one hotline offers. Prompts are absolute paths of sound files without ending; None is silence."""

    name: str
    hours: OpeningHours
    group: RingGroup  # who rings when there is no menu, or nothing fitting was keyed
    numbers: tuple[str, ...] = ()  # dialled numbers that lead here; the line without any takes all others
    keys: Mapping[str, RingGroup] = field(default_factory=dict)  # one digit, * or # to the group that rings
    greeting: str | None = None
    menu: str | None = None  # read out before a key is awaited; needed when there are keys
    closed: str | None = None
    leave_message: str | None = None  # nobody answered, or we are closed: before the tone
    ring_s: int = 25
    message_max_s: int = 120  # 0: no voicemail


def compile_fallback(lines: Sequence[FallbackLine], voicemail_dir: str) -> str:
    """The text of `fallback.conf`. Exactly one line must be without numbers; raises FallbackError.

    Messages go to `voicemail_dir` (absolute) as the call's id, in WAV.
    """
    _check_path("voicemail_dir", voicemail_dir)
    others = [line for line in lines if not line.numbers]
    if len(others) != 1:
        raise FallbackError(f"{len(others)} lines have no numbers of their own: exactly one must take all other calls")
    names = [line.name for line in lines]
    if len(set(names)) != len(names):
        raise FallbackError(f"two lines have one name: {', '.join(sorted(names))}")
    text = [
        "; Compiled by hotline publish. Edit dialplans/ instead.",
        "[hotline-fallback]",
        f"exten => s,1,Set(TIMEOUT(absolute)={_LONGEST_CALL_S})",
    ]
    for line in lines:
        for number in line.numbers:
            _check(_NUMBER, "number", number)
            text.append(f' same => n,GotoIf($["{number}" = "${{HOTLINE_DIALLED}}"]?{_context(line)},s,1)')
    text.append(f" same => n,Goto({_context(others[0])},s,1)")
    for line in lines:
        text += ["", *_line(line, voicemail_dir)]
    return "\n".join(text) + "\n"


def _context(line: FallbackLine) -> str:
    _check(_NAME, "name of a line", line.name)
    return f"hotline-fallback-line-{line.name}"


def _line(line: FallbackLine, voicemail_dir: str) -> Iterator[str]:
    """One line's context: s decides, menu asks, a group rings, voicemail records."""
    if line.keys and line.menu is None:
        raise FallbackError(f"line {line.name}: it has keys but no menu prompt that names them")
    yield f"[{_context(line)}]"
    yield f"exten => s,1,Set(HOTLINE_LINE={line.name})"
    yield " same => n,Answer()"
    yield from _opening(line.hours)
    yield ' same => n,GotoIf($["${OPEN}" = "1"]?open)'
    yield " same => n,Set(HOTLINE_OUTCOME=closed)"
    yield from _play(line, "closed", line.closed)
    yield " same => n,Goto(voicemail,1)"
    yield " same => n(open),NoOp()"
    yield from _play(line, "greeting", line.greeting)
    if line.keys and line.menu is not None:
        _check_path(f"line {line.name}: menu", line.menu)
        yield f" same => n,Read(KEY,{line.menu},1,,{_MENU_TRIES},{_MENU_WAIT_S})"
        for key, group in line.keys.items():
            if key not in tuple("0123456789*#"):
                raise FallbackError(f"line {line.name}: {key!r} is no key of a telephone")
            yield f' same => n,GotoIf($["${{KEY}}" = "{key}"]?{_ring_extension(group)},1)'
    yield f" same => n,Goto({_ring_extension(line.group)},1)"
    for group in {group.name: group for group in (*line.keys.values(), line.group)}.values():
        yield from _ring(line, group)
    yield from _voicemail(line, voicemail_dir)


def _opening(hours: OpeningHours) -> Iterator[str]:
    """Sets OPEN to 1 or 0. Zones are Asterisk's to know: if it reads this one wrongly, we are closed."""
    then = datetime.fromtimestamp(0, UTC).astimezone(ZoneInfo(hours.zone)).strftime("%z")
    yield f" same => n,Set(TODAY=${{STRFTIME(${{EPOCH}},{hours.zone},%F)}})"
    yield f" same => n,Set(DAY=${{STRFTIME(${{EPOCH}},{hours.zone},%u)}})"
    # A leading 1 keeps "0830" from being anything but a number: 10830.
    yield f" same => n,Set(TIME=1${{STRFTIME(${{EPOCH}},{hours.zone},%H%M)}})"
    yield " same => n,Set(OPEN=0)"
    for day, spans in sorted(hours.weekdays.items()):
        if not 1 <= day <= 7:
            raise FallbackError(f"{day} is no ISO weekday, Monday 1 to Sunday 7")
        if spans:
            yield f' same => n,ExecIf($["${{DAY}}" = "{day}"]?Set(OPEN=$[{_within(spans)}]))'
    for on, spans in sorted(hours.dates.items()):
        value = f"$[{_within(spans)}]" if spans else "0"
        yield f' same => n,ExecIf($["${{TODAY}}" = "{on.isoformat()}"]?Set(OPEN={value}))'
    yield f' same => n,ExecIf($["${{STRFTIME(0,{hours.zone},%z)}}" != "{then}"]?Set(OPEN=0))'


def _within(spans: Sequence[Span]) -> str:
    return " | ".join(f"(${{TIME}} >= {_clock(s.first_minute)} & ${{TIME}} < {_clock(s.last_minute)})" for s in spans)


def _clock(minute: int) -> str:
    return f"1{minute // 60:02}{minute % 60:02}"


def _play(line: FallbackLine, what: str, path: str | None) -> Iterator[str]:
    if path is not None:
        _check_path(f"line {line.name}: {what}", path)
        yield f" same => n,Playback({path})"


def _ring_extension(group: RingGroup) -> str:
    _check(_NAME, "name of a group", group.name)
    return f"ring-{group.name}"


def _ring(line: FallbackLine, group: RingGroup) -> Iterator[str]:
    for endpoint in group.endpoints:
        _check(_ENDPOINT, f"endpoint of group {group.name}", endpoint)
    yield f"exten => {_ring_extension(group)},1,Set(HOTLINE_GROUP={group.name})"
    if group.endpoints:
        phones = "&".join(f"PJSIP/{endpoint}" for endpoint in group.endpoints)
        # The caller hears music while they ring.
        yield f" same => n,Dial({phones},{line.ring_s},m)"
        yield ' same => n,GotoIf($["${DIALSTATUS}" = "ANSWER"]?done)'
    yield " same => n,Set(HOTLINE_OUTCOME=no_answer)"
    yield " same => n,Goto(voicemail,1)"
    yield " same => n(done),Hangup()"


def _voicemail(line: FallbackLine, voicemail_dir: str) -> Iterator[str]:
    yield "exten => voicemail,1,NoOp()"
    if line.message_max_s:
        yield from _play(line, "leave_message", line.leave_message)
        yield " same => n,Set(HOTLINE_VOICEMAIL=${UNIQUEID}.wav)"
        # Ends on #, after 5 s of silence or at the limit; what was said before a hangup is kept.
        yield f" same => n,Record({voicemail_dir}/${{HOTLINE_VOICEMAIL}},5,{line.message_max_s},k)"
    yield " same => n,Hangup()"


def _check(pattern: re.Pattern[str], what: str, value: str) -> None:
    if not pattern.fullmatch(value):
        raise FallbackError(f"{what} {value!r} must match {pattern.pattern}")


def _check_path(what: str, path: str) -> None:
    if not path.startswith("/") or _UNSAFE_IN_PATH.search(path) or not path.isprintable():
        raise FallbackError(f"{what} {path!r}: an absolute path without spaces and without , ; & | $ or brackets")
