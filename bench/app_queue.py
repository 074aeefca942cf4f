"""The reference of the held rate: the same calls as pure dialplan with app_queue, and the number of the bare client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.bare import APPLICATION
from bench.script import NUMBERS, STRAIGHT_TO_APP_QUEUE

_DIALPLAN = """\
; added to the door's own context: an exact number goes before its pattern
[hotline-callers](+)
exten => {app_queue},1,Answer()
 same => n,Read(KEY,{first},1,,1,10)
 same => n,GotoIf($["${{KEY}}" = ""]?end)
 same => n,Playback({second})
 same => n,Queue(bench)
 same => n(end),Hangup()
exten => {straight},1,Answer()
 same => n,Queue(bench)
 same => n,Hangup()
exten => {bare},1,Stasis({application},caller)
 same => n,Hangup()
"""
_QUEUES = """\
[general]
persistentmembers = no
autofill = yes
log_membername_as_agent = no

[bench]
strategy = leastrecent
timeout = 20
retry = 1
wrapuptime = 0
ringinuse = no
announce-frequency = 0
announce-holdtime = no
reportholdtime = no
joinempty = yes
musicclass = default
{members}
"""


@dataclass(frozen=True)
class References:
    """What Asterisk has besides our own door, as `AsteriskSettings` takes it."""

    modules: tuple[str, ...]
    dialplan: str
    files: Mapping[str, str]


def references_of(clips: Mapping[str, str], members: Sequence[str]) -> References:
    """`clips`: paths of the two prompts by key; `members`: SIP users of the agents, whom the queue rings."""
    dialplan = _DIALPLAN.format(
        app_queue=NUMBERS["app_queue"],
        straight=STRAIGHT_TO_APP_QUEUE,
        bare=NUMBERS["bare"],
        application=APPLICATION,
        first=clips["first"],
        second=clips["second"],
    )
    listed = "\n".join(f"member => PJSIP/{member}" for member in members)
    return References(("app_queue.so",), dialplan, {"queues.conf": _QUEUES.format(members=listed)})
