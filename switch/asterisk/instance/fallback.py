"""The fallback, what callers hear while the controller is away, is compiled into Asterisk's own dialplan.

What each call came to is written by the dialplan itself (context hotline-fallback-log of
`asterisk/conf/extensions.conf`) and read back by `switch.asterisk.instance.imported`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from switch.fallback import (
    LONGEST_CALL_S,
    MENU_TRIES,
    MENU_WAIT_S,
    ROUND_S,
    FallbackLine,
    OpeningHours,
    RingGroup,
    Span,
    check_lines,
    check_path,
    groups_of,
)

_NO_SUCH_NUMBER = 1
"""Q.850."""
_SHELF = 1_500
"""Characters; a variable has room for 4,095."""


def compile_fallback(lines: Sequence[FallbackLine], voicemail_dir: str) -> str:
    """The text of `fallback.conf`. At most one line is without numbers and takes all others; raises FallbackError.

    Messages go to `voicemail_dir` (absolute) as the call's id, in WAV.
    """
    check_path("voicemail_dir", voicemail_dir)
    takes_all = check_lines(lines)
    text = [
        "; Compiled by hotline publish. Edit dialplans/ instead.",
        "[hotline-fallback]",
        f"exten => s,1,Set(TIMEOUT(absolute)={LONGEST_CALL_S})",
    ]
    for line in lines:
        for number in line.numbers:
            text.append(f' same => n,GotoIf($["{number}" = "${{HOTLINE_DIALLED}}"]?{_context(line)},s,1)')
    if takes_all is not None:
        text.append(f" same => n,Goto({_context(takes_all)},s,1)")
    else:
        text += [" same => n,Set(HOTLINE_OUTCOME=apology)", f" same => n,Hangup({_NO_SUCH_NUMBER})"]
    for line in lines:
        text += ["", *_line(line, voicemail_dir)]
    return "\n".join(text) + "\n"


def _context(line: FallbackLine) -> str:
    return f"hotline-fallback-line-{line.name}"


def _line(line: FallbackLine, voicemail_dir: str) -> Iterator[str]:
    """One line's context: s decides, menu asks, a group rings, voicemail records."""
    yield f"[{_context(line)}]"
    yield f"exten => s,1,Set(HOTLINE_LINE={line.name})"
    yield " same => n,Answer()"
    for said in line.announcements:
        yield f" same => n,ExecIf($[${{EPOCH}} < {said.until}]?Playback({said.sound}))"
    yield from _opening(line.hours)
    yield ' same => n,GotoIf($["${OPEN}" = "1"]?open)'
    yield " same => n,Set(HOTLINE_OUTCOME=closed)"
    yield from _play(line.closed)
    yield " same => n,Goto(voicemail,1)"
    yield " same => n(open),NoOp()"
    yield from _play(line.greeting)
    if line.keys and line.menu is not None:
        yield f" same => n,Read(KEY,{line.menu},1,,{MENU_TRIES},{MENU_WAIT_S})"
        for key, group in line.keys.items():
            yield f' same => n,GotoIf($["${{KEY}}" = "{key}"]?{_ring_extension(group)},1)'
    yield f" same => n,Goto({_ring_extension(line.group)},1)"
    for group in groups_of(line):
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


def _play(path: str | None) -> Iterator[str]:
    if path is not None:
        yield f" same => n,Playback({path})"


def _ring_extension(group: RingGroup) -> str:
    return f"ring-{group.name}"


def _ring(line: FallbackLine, group: RingGroup) -> Iterator[str]:
    yield f"exten => {_ring_extension(group)},1,Set(HOTLINE_GROUP={group.name})"
    if group.closed_until:
        yield f" same => n,GotoIf($[${{EPOCH}} < {group.closed_until}]?shut)"
    if group.endpoints:
        yield from _ring_phones(_shelves(group.endpoints), line.ring_s)
    yield " same => n,Set(HOTLINE_OUTCOME=no_answer)"
    yield " same => n,Goto(voicemail,1)"
    if group.closed_until:
        yield " same => n(shut),Set(HOTLINE_OUTCOME=closed)"
        yield " same => n,Goto(voicemail,1)"
    yield " same => n(done),Hangup()"


def _ring_phones(shelves: Sequence[str], ring_s: int) -> Iterator[str]:
    """Rings a few phones after each other for `ring_s`; then, or where no phone is there, goes on behind it."""
    yield " same => n,Set(HOTLINE_SOME=)"
    yield f" same => n,Set(HOTLINE_UNTIL=$[${{EPOCH}} + {ring_s}])"
    yield " same => n(again),Set(HOTLINE_LEFT=$[${HOTLINE_UNTIL} - ${EPOCH} + 1])"  # no 0, which would be no limit
    yield f" same => n,ExecIf($[${{HOTLINE_LEFT}} > {ROUND_S}]?Set(HOTLINE_LEFT={ROUND_S}))"
    yield f" same => n,Goto(shelf-${{RAND(1,{len(shelves)})}})"
    for number, shelf in enumerate(shelves, start=1):
        yield f" same => n(shelf-{number}),Gosub(hotline-fallback-ring,s,1({shelf},${{HOTLINE_LEFT}}))"
        if number < len(shelves):
            yield " same => n,Goto(rung)"
    yield ' same => n(rung),GotoIf($["${DIALSTATUS}" = "ANSWER"]?done)'
    if len(shelves) == 1:  # else another shelf may have phones
        yield ' same => n,GotoIf($["${HOTLINE_SOME}" = ""]?nobody)'
    yield " same => n,GotoIf($[${EPOCH} >= ${HOTLINE_UNTIL}]?nobody)"
    yield " same => n,MusicOnHold(,1)"  # phones that refuse at once are not asked without a pause
    yield " same => n,Goto(again)"
    yield " same => n(nobody),NoOp()"


def _shelves(endpoints: Sequence[str]) -> list[str]:
    """The phones in lists that a variable of Asterisk's holds twice."""
    shelves = [""]
    for endpoint in endpoints:
        longer = f"{shelves[-1]}&{endpoint}".lstrip("&")
        if len(longer) > _SHELF:
            shelves.append(endpoint)
        else:
            shelves[-1] = longer
    return shelves


def _voicemail(line: FallbackLine, voicemail_dir: str) -> Iterator[str]:
    yield "exten => voicemail,1,NoOp()"
    if line.message_max_s:
        yield from _play(line.leave_message)
        yield " same => n,Set(HOTLINE_VOICEMAIL=${UNIQUEID}.wav)"
        # Ends on #, after 5 s of silence or at the limit; what was said before a hangup is kept.
        yield f" same => n,Record({voicemail_dir}/${{HOTLINE_VOICEMAIL}},5,{line.message_max_s},k)"
    yield " same => n,Hangup()"
