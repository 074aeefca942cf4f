"""The fallback is what callers hear while the controller is away, here in no switch's own words.

A fallback is deliberately small: the hours, one menu of one level, the phones of a group, a few at a time, and
voicemail. Each switch has a compiler of it into its own dialplan (`fallback.py` of its package), and the dialplan
writes what each call came to, which `switch.missed` reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
NUMBER = re.compile(r"[0-9A-Za-z+*#]{1,40}")
ENDPOINT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
# In one dialplan or the other these end a value, begin a variable or an expression, or separate arguments and sounds.
_UNSAFE_IN_PATH = re.compile(r'[\s,;&|"\'!<>$\[\]{}()]')
LONGEST_CALL_S = 3600
PHONES_AT_ONCE = 4
"""For one caller. With all of a group's, a rush of callers while the controller starts would be a rush squared."""
ROUND_S = 12
"""So long these ring before others do."""
MENU_TRIES = 2
MENU_WAIT_S = 6
KEYS = frozenset("0123456789*#")
FOREVER = 9_999_999_999
"""A Unix time that no switch lives to see: of what is to be so until somebody says otherwise."""


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
    """Phones that ring for the same callers, by account (`AgentAccount.user`); `PHONES_AT_ONCE` of them for one.

    Before `closed_until`, a Unix time, none of them rings: its callers are led to voicemail.
    """

    name: str
    endpoints: tuple[str, ...]
    closed_until: int = 0


@dataclass(frozen=True)
class Announcement:
    """Words before everything else of a line, until a Unix time; an absolute path of a sound file without ending."""

    sound: str
    until: int


@dataclass(frozen=True)
class FallbackLine:
    """A line is what one hotline offers. Prompts are absolute paths of sound files without ending; None is silence."""

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
    announcements: tuple[Announcement, ...] = ()


def check_lines(lines: Sequence[FallbackLine]) -> FallbackLine | None:
    """The line that takes all other calls; None: they are refused, as numbers that nobody has.

    Raises FallbackError for lines that no switch could tell apart or obey.
    """
    others = [line for line in lines if not line.numbers]
    if not lines or len(others) > 1:
        raise FallbackError(
            f"{len(others)} of {len(lines)} lines have no numbers of their own: one may take all others"
        )
    names = [line.name for line in lines]
    if len(set(names)) != len(names):
        raise FallbackError(f"two lines have one name: {', '.join(sorted(names))}")
    for line in lines:
        _check_line(line)
    return others[0] if others else None


def check(pattern: re.Pattern[str], what: str, value: str) -> None:
    """Raises FallbackError for a value that does not match."""
    if not pattern.fullmatch(value):
        raise FallbackError(f"{what} {value!r} must match {pattern.pattern}")


def check_path(what: str, path: str) -> None:
    """Raises FallbackError for a path that a dialplan would not read as one word."""
    if not path.startswith("/") or _UNSAFE_IN_PATH.search(path) or not path.isprintable():
        raise FallbackError(f"{what} {path!r}: an absolute path without spaces, quotes, brackets and , ; & | $ !")


def groups_of(line: FallbackLine) -> list[RingGroup]:
    """Each group of the line once."""
    return list({group.name: group for group in (*line.keys.values(), line.group)}.values())


def _check_line(line: FallbackLine) -> None:
    check(NAME, "name of a line", line.name)
    for number in line.numbers:
        check(NUMBER, "number", number)
    if line.keys and line.menu is None:
        raise FallbackError(f"line {line.name}: it has keys but no menu prompt that names them")
    for key in line.keys:
        if key not in KEYS:
            raise FallbackError(f"line {line.name}: {key!r} is no key of a telephone")
    for what in ("greeting", "menu", "closed", "leave_message"):
        if (path := getattr(line, what)) is not None:
            check_path(f"line {line.name}: {what}", path)
    for announcement in line.announcements:
        check_path(f"line {line.name}: announcement", announcement.sound)
    for day in line.hours.weekdays:
        if not 1 <= day <= 7:
            raise FallbackError(f"{day} is no ISO weekday, Monday 1 to Sunday 7")
    for group in groups_of(line):
        check(NAME, "name of a group", group.name)
        for endpoint in group.endpoints:
            check(ENDPOINT, f"endpoint of group {group.name}", endpoint)
