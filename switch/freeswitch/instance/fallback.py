"""The fallback, what callers hear while the controller is away, is compiled into FreeSWITCH's own dialplan.

What each call came to is written at its end by the hook that `freeswitch/conf/dialplan.xml` sets (extension away), and
read back by `switch.freeswitch.instance.imported`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import quoteattr

from switch.fallback import (
    LONGEST_CALL_S,
    MENU_TRIES,
    MENU_WAIT_S,
    PHONES_AT_ONCE,
    ROUND_S,
    FallbackLine,
    OpeningHours,
    RingGroup,
    Span,
    check_lines,
    check_path,
    groups_of,
)

_MUSIC = "local_stream://hotline"
_BEEP = "tone_stream://%(250,0,1000)"
_NO_SOUND = "silence_stream://10"
_NO_TERMINATOR = "A"  # of the menu: a key that no telephone has, so that # may be a choice
_SILENT_LEVEL = 200
_SILENT_S = 5
_MOST_LISTS = 64

_Condition = tuple[str, str]
"""A field, as the dialplan names it or with variables, and the expression that it must match."""
_Action = tuple[str, str]
"""An application and its data."""


def compile_fallback(lines: Sequence[FallbackLine], voicemail_dir: str, domain: str = "hotline") -> str:
    """The text of `fallback.xml`. At most one line is without numbers and takes all others; raises FallbackError.

    Messages go to `voicemail_dir` (absolute) as the call's id, in WAV. `domain` is that of the agents' accounts.
    """
    check_path("voicemail_dir", voicemail_dir)
    takes_all = check_lines(lines)
    text = ["<include>", "<!-- Compiled by hotline publish. Edit dialplans/ instead. -->"]
    text.append('<context name="hotline-fallback">')
    for line in (*(line for line in lines if line.numbers), *([takes_all] if takes_all is not None else [])):
        numbers = "|".join(re.escape(number) for number in line.numbers)
        dialled = [("${hotline_dialled}", f"^({numbers})$")] if numbers else [("destination_number", ".*")]
        limit = ("sched_hangup", f"+{LONGEST_CALL_S} allotted_timeout")
        text += _extension(line.name, dialled, [limit, _to(line, "opening")])
    if takes_all is None:
        refused = [("set", "hotline_outcome=apology"), ("hangup", "UNALLOCATED_NUMBER")]
        text += _extension("nobody", [("destination_number", ".*")], refused)
    text.append("</context>")
    for line in lines:
        text.append(f"<context name={quoteattr(_context(line))}>")
        text += [f"  {row}" for row in _line(line, voicemail_dir, domain)]
        text.append("</context>")
    return "\n".join([*text, "</include>", ""])


def _context(line: FallbackLine) -> str:
    return f"hotline-fallback-line-{line.name}"


def _to(line: FallbackLine, place: str) -> _Action:
    return "transfer", f"{place} XML {_context(line)}"


def _line(line: FallbackLine, voicemail_dir: str, domain: str) -> Iterator[str]:
    """One line's context: opening decides, the menu asks, a group rings, voicemail records."""
    yield from _opening(line.hours)
    said = []
    for number, announcement in enumerate(line.announcements):
        variable = f"hotline_said_{number}"
        sounds = {variable: f"{announcement.sound}.wav"}
        yield from _while_hunting(f"silent-{number}", [], {variable: _NO_SOUND})
        yield from _while_hunting(f"said-{number}", [_before(announcement.until)], sounds)
        said.append(("playback", f"${{{variable}}}"))
    answered = [_named(line), ("answer", ""), *said]
    closed = [*answered, ("set", "hotline_outcome=closed"), *_play(line.closed), _to(line, "voicemail")]
    yield from _extension("closed", [_at("opening"), ("${hotline_open}", "^0$")], closed)
    yield from _extension("open", [_at("opening")], [*answered, *_play(line.greeting), *_menu(line)])
    for key, group in line.keys.items():
        yield from _extension(f"key-{key}", [_at(f"key-{key}")], [_to(line, _place(group))])
    yield from _extension("key", [("destination_number", "^key-")], [_to(line, _place(line.group))])
    for group in groups_of(line):
        yield from _rings(line, group, domain)
    yield from _extension("voicemail", [_at("voicemail")], _voicemail(line, voicemail_dir))


def _named(line: FallbackLine) -> _Action:
    return "set", f"hotline_line={line.name}"


def _opening(hours: OpeningHours) -> Iterator[str]:
    """Sets hotline_open to 1 or 0. A zone that the switch does not know gives no time that matches: we are closed."""

    def clock(form: str) -> str:
        return f"${{strftime_tz({hours.zone} {form})}}"

    # A leading 1 keeps "0830" from being anything but a number: 10830.
    now = {"hotline_open": "0", "hotline_day": clock("%u"), "hotline_time": f"1{clock('%H%M')}"}
    now["hotline_date"] = clock("%Y-%m-%d")
    yield from _while_hunting("clock", [], now)
    for day, spans in sorted(hours.weekdays.items()):
        for span in spans:
            yield from _while_hunting("week", [("${hotline_day}", f"^{day}$"), *_within(span)], {"hotline_open": "1"})
    if hours.dates:
        dates = "|".join(on.isoformat() for on in sorted(hours.dates))
        yield from _while_hunting("dates", [("${hotline_date}", f"^({dates})$")], {"hotline_open": "0"})
    for on, spans in sorted(hours.dates.items()):
        for span in spans:
            today = ("${hotline_date}", f"^{on.isoformat()}$")
            yield from _while_hunting("date", [today, *_within(span)], {"hotline_open": "1"})


def _within(span: Span) -> list[_Condition]:
    first, last = (f"1{minute // 60:02}{minute % 60:02}" for minute in (span.first_minute, span.last_minute))
    return [
        (f"${{cond(${{hotline_time}} >= {first} ? in : out)}}", "^in$"),
        (f"${{cond(${{hotline_time}} < {last} ? in : out)}}", "^in$"),
    ]


def _before(until: int) -> _Condition:
    return f"${{cond(${{strepoch()}} < {until} ? in : out)}}", "^in$"


def _menu(line: FallbackLine) -> Iterator[_Action]:
    if not line.keys:
        yield _to(line, _place(line.group))
        return
    asked = f"{line.menu}.wav {_NO_SOUND} hotline_key [0-9*#] {MENU_WAIT_S * 1000}"
    yield "play_and_get_digits", f"1 1 {MENU_TRIES} {MENU_WAIT_S * 1000} {_NO_TERMINATOR} {asked}"
    yield _to(line, "key-${hotline_key}")


def _place(group: RingGroup) -> str:
    return f"ring-{group.name}"


def _rings(line: FallbackLine, group: RingGroup, domain: str) -> Iterator[str]:
    """The extensions of a group. One with more phones than ring for one caller begins at another phone for each: the
    call's id, which is random, leads to one of several lists."""
    phones, place = group.endpoints, _place(group)
    if group.closed_until:
        shut = [("set", f"hotline_group={group.name}"), ("set", "hotline_outcome=closed"), _to(line, "voicemail")]
        yield from _extension(f"{place}-shut", [_at(place), _before(group.closed_until)], shut)
    lists = min(_MOST_LISTS, -(-len(phones) // PHONES_AT_ONCE))
    if lists <= 1:
        yield from _extension(place, [_at(place)], _ring(line, group, phones, domain))
        return
    chance = f"{place}-${{regex(${{uuid}}|(..)$|%1)}}"
    yield from _extension(place, [_at(place)], [_to(line, chance)])
    for number in range(lists):
        first = number * len(phones) // lists
        ends = "|".join(f"{end:02x}" for end in range(number, 256, lists))
        some = (phones[first:] + phones[:first])[: PHONES_AT_ONCE * max(1, line.ring_s // ROUND_S)]
        leads = ("destination_number", f"^{re.escape(place)}-({ends})$")
        yield from _extension(f"{place}-{number}", [leads], _ring(line, group, some, domain))


def _ring(line: FallbackLine, group: RingGroup, phones: Sequence[str], domain: str) -> Iterator[_Action]:
    yield "set", f"hotline_group={group.name}"
    if phones:
        yield "set", f"call_timeout={line.ring_s}"
        yield "set", "continue_on_fail=true"
        yield "set", "hangup_after_bridge=true"
        yield "set", "ignore_early_media=true"
        yield "set", f"transfer_ringback={_MUSIC}"  # the caller is answered and hears music while they ring
        legs = [_phone(endpoint, domain) for endpoint in phones]
        rounds = [legs[first : first + PHONES_AT_ONCE] for first in range(0, len(legs), PHONES_AT_ONCE)]
        limit = f"{{leg_timeout={ROUND_S}}}" if len(rounds) > 1 else ""
        yield "bridge", limit + "|".join(",".join(some) for some in rounds)
    yield "set", "hotline_outcome=no_answer"
    yield _to(line, "voicemail")


def _phone(endpoint: str, domain: str) -> str:
    """A leg that notes at the caller's who has answered."""
    noted = f"uuid_setvar_multi ${{uuid}} hotline_outcome=answered;hotline_agent={endpoint}"
    return f"[api_on_answer='{noted}']user/{endpoint}@{domain}"


def _voicemail(line: FallbackLine, voicemail_dir: str) -> Iterator[_Action]:
    if line.message_max_s:
        yield from _play(line.leave_message)
        yield "playback", _BEEP
        yield "set", "hotline_voicemail=${uuid}.wav"
        yield "set", "playback_terminators=#"
        # Ends on #, after some silence or at the limit; what was said before a hangup is kept.
        limits = f"{line.message_max_s} {_SILENT_LEVEL} {_SILENT_S}"
        yield "record", f"{voicemail_dir}/${{uuid}}.wav {limits}"
    yield "hangup", "NORMAL_CLEARING"


def _play(path: str | None) -> Iterator[_Action]:
    if path is not None:
        yield "playback", f"{path}.wav"


# -- XML


def _at(place: str) -> _Condition:
    return "destination_number", f"^{re.escape(place)}$"


def _extension(
    name: str, conditions: Sequence[_Condition], actions: Sequence[_Action] | Iterator[_Action]
) -> Iterator[str]:
    """An extension is taken when all conditions hold; no other extension is looked at then."""
    yield f"<extension name={quoteattr(name)}>"
    yield from _conditions(conditions, [_action(*action) for action in actions])
    yield "</extension>"


def _while_hunting(name: str, conditions: Sequence[_Condition], variables: dict[str, str]) -> Iterator[str]:
    """Variables that are set while the switch still looks for the extension, when the conditions hold."""
    yield f'<extension name={quoteattr(name)} continue="true">'
    settings = [_action("set", f"{variable}={value}", ' inline="true"') for variable, value in variables.items()]
    yield from _conditions([_at("opening"), *conditions], settings)
    yield "</extension>"


def _action(application: str, data: str, more: str = "") -> str:
    return f"<action application={quoteattr(application)} data={quoteattr(data)}{more}/>"


def _conditions(conditions: Sequence[_Condition], actions: Sequence[str]) -> Iterator[str]:
    """Conditions one after the other, all of which must hold; the actions belong to the last."""
    for field, expression in conditions[:-1]:
        yield f"  <condition field={quoteattr(field)} expression={quoteattr(expression)}/>"
    field, expression = conditions[-1]
    yield f"  <condition field={quoteattr(field)} expression={quoteattr(expression)}>"
    yield from (f"    {action}" for action in actions)
    yield "  </condition>"
