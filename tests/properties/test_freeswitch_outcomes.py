"""Whatever a FreeSWITCH does with an order, whenever a leg dies of it: each order has one outcome, each leg one end.

The peer here improvises. For each command it draws a fate, of those that were recorded from a real one: done; refused;
taken and then nothing (an order to bridge that meets a hang-up); the leg dies before the reply, after it, or while what
was ordered runs. At the end all that still lives dies.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls import commands as do
from calls import events as was
from calls.ids import AttemptId, LegId
from switch.freeswitch.adapter import FreeSwitch
from switch.freeswitch.session import FreeSwitchOptions
from tests.contract.rig import Events
from tests.wire.freeswitch.bare_switch import BareSwitch, api, bare_switch, event, reply
from tests.wire.freeswitch.recording import encode_frame

pytestmark = pytest.mark.properties

Fate = Literal["done", "refused", "nothing", "dies first", "dies after", "dies running"]
FATES: tuple[Fate, ...] = ("done", "refused", "nothing", "dies first", "dies after", "dies running")
CALLERS = ("caller-1", "caller-2")
AGENT = "agent-leg"
ORDERS = ("answer", "early", "play", "music", "quiet", "record", "bridge", "handed on", "hang up", "give away", "watch")
_GONE = "-ERR No such channel!\n"
_WORKS = api("+OK\n")
_CHANNEL = re.compile(r"(?:sendmsg|api uuid_\w+) (\S+)")


class MortalSwitch:
    """Answers what our adapter says, each command by its fate."""

    def __init__(self, fates: list[Fate]) -> None:
        self._fates = fates
        self.alive: set[str] = set()
        self._running: dict[str, tuple[str, str]] = {}  # by channel: execution, application
        self.said: BareSwitch

    def answer(self, command: str) -> str | None:
        word = command.split()[0] if not command.startswith("api ") else command.split()[1]
        match word:
            case "strepoch" | "global_getvar":
                return api("1\n")
            case "show":
                return api('{"row_count":0}')
            case "sofia":
                return api("<profile>\n  <registrations>\n  </registrations>\n</profile>\n")
            case "json":
                return api('{"response":{"sessions":{"count":{"active":0}}}}')
            case "global_setvar":
                return _WORKS
            case "bgapi":
                return self._originate(command)
            case "sendevent":
                return reply("+OK")
        found = _CHANNEL.match(command)
        return None if found is None else self._order(word, found[1], command)

    def _order(self, word: str, channel: str, command: str) -> str:
        if channel not in self.alive:
            return reply("-ERR invalid session id") if word == "sendmsg" else api(_GONE)
        if word == "uuid_kill":
            return _WORKS + self._dies(channel)
        if word == "uuid_setvar":
            return _WORKS
        fate = self._fates.pop() if self._fates else "done"
        works, refuses = (reply("+OK"), reply("-ERR no")) if word == "sendmsg" else (_WORKS, api("-ERR no\n"))
        match fate:
            case "refused":
                return refuses
            case "nothing":
                return works
            case "dies first":
                return self._dies(channel) + (reply("-ERR invalid session id") if word == "sendmsg" else api(_GONE))
            case "dies after":
                return works + self._dies(channel)
            case "dies running":
                return works + self._happens(word, channel, command) + self._dies(channel)
            case "done":
                return works + self._happens(word, channel, command)

    def _happens(self, word: str, channel: str, command: str) -> str:
        match word:
            case "uuid_answer":
                return event("CHANNEL_ANSWER", Unique_ID=channel)
            case "sendmsg":
                headers = dict(line.split(": ", 1) for line in command.split("\n")[1:])
                self._running[channel] = headers["Event-UUID"], headers["execute-app-name"]
                return self._execution("CHANNEL_EXECUTE", channel)
            case "uuid_break":
                return self._ends(channel)
            case "uuid_transfer":
                return self._ends(channel) + event("CHANNEL_PARK", Unique_ID=channel)
            case "uuid_bridge":
                other = command.split()[3]
                pair = {"Bridge_A_Unique_ID": channel, "Bridge_B_Unique_ID": other}
                return self._ends(channel) + (event("CHANNEL_BRIDGE", **pair) if other in self.alive else "")
        return ""

    def _execution(self, name: str, channel: str) -> str:
        execution, application = self._running[channel]
        return event(name, Unique_ID=channel, Application=application, Application_UUID=execution)

    def _ends(self, channel: str) -> str:
        if channel not in self._running:
            return ""
        said = self._execution("CHANNEL_EXECUTE_COMPLETE", channel)
        del self._running[channel]
        return said

    def _originate(self, command: str) -> str:
        job = command.split("Job-UUID: ")[1].strip()
        accepted = reply(f"+OK Job-UUID: {job}")
        match self._fates.pop() if self._fates else "done":
            case "nothing" | "dies running":
                return accepted
            case "refused" | "dies first" | "dies after":
                return accepted + event("BACKGROUND_JOB", "-ERR USER_BUSY\n", Job_UUID=job)
            case "done":
                self.alive.add(AGENT)
                states = ("CHANNEL_CREATE", "CHANNEL_PROGRESS", "CHANNEL_ANSWER", "CHANNEL_PARK")
                done = event("BACKGROUND_JOB", f"+OK {AGENT}\n", Job_UUID=job)
                return accepted + done + "".join(event(state, Unique_ID=AGENT) for state in states)

    def arrives(self, channel: str) -> None:
        self.alive.add(channel)
        fields = {"Event-Name": "CHANNEL_PARK", "Unique-ID": channel, "Call-Direction": "inbound"}
        body = json.dumps(fields | {"Caller-Caller-ID-Number": "138", "variable_hotline_role": "caller"})
        self.said.say(encode_frame({"Content-Type": "text/event-json"}, body))

    def all_die(self) -> None:
        self.said.say("".join(self._dies(channel) for channel in sorted(self.alive)))

    def _dies(self, channel: str) -> str:
        """Its partner, if it has one, goes to its park: what a real one does, or says nothing of."""
        if channel not in self.alive:
            return ""
        self.alive.discard(channel)
        said = self._ends(channel)
        return said + event("CHANNEL_HANGUP_COMPLETE", Unique_ID=channel, Hangup_Cause="NORMAL_CLEARING")


@asynccontextmanager
async def house(fates: list[Fate]) -> AsyncIterator[tuple[FreeSwitch, MortalSwitch, Events]]:
    mortal = MortalSwitch(fates)
    async with bare_switch(mortal.answer) as (bare, port):
        mortal.said = bare
        options = FreeSwitchOptions("right", port=port, deadline_s=0.2, media_here=False)
        door, events = FreeSwitch(options), Events()
        await door.start(events.sink)
        for caller in CALLERS:
            mortal.arrives(caller)
            await events.next(was.CallArrived)
        try:
            yield door, mortal, events
        finally:
            await door.close()


def order(kind: str, leg: LegId, other: LegId, attempt: AttemptId) -> do.SwitchCommand:
    match kind:
        case "answer":
            return do.Answer(leg, attempt)
        case "early":
            return do.EarlyMedia(leg, attempt)
        case "play":
            return do.Play(leg, attempt, (do.Clip("/a"),))
        case "music":
            return do.StartMusic(leg, attempt)
        case "quiet":
            return do.StopMusic(leg, attempt)
        case "record":
            return do.Record(leg, attempt, "mail", 5.0)
        case "bridge":
            return do.Bridge(attempt, leg, other)
        case "handed on":
            return do.Bridge(attempt, leg, LegId(AGENT))
        case "give away":
            return do.Redirect(leg, attempt, "phone:1001")
        case "watch":
            return do.Supervise(leg, attempt, other, "listen")
        case _:
            return do.HangUp(leg)


@settings(max_examples=60)
@given(
    fates=st.lists(st.sampled_from(FATES), max_size=12),
    orders=st.lists(
        st.tuples(st.sampled_from(ORDERS), st.sampled_from((*CALLERS, AGENT)), st.booleans()), min_size=1, max_size=10
    ),
)
def test_each_command_has_one_outcome_and_each_leg_one_end(
    fates: list[Fate], orders: list[tuple[str, str, bool]]
) -> None:
    asyncio.run(live_and_die(fates, orders))


async def live_and_die(fates: list[Fate], orders: list[tuple[str, str, bool]]) -> None:
    async with house(fates) as (door, mortal, events):
        sent: dict[AttemptId, do.SwitchCommand] = {}
        door.send(do.Originate(LegId(AGENT), AttemptId("out"), "phone:1001", "95001", "", 0.1))
        for number, (kind, leg, waits) in enumerate(orders):
            other = CALLERS[leg == CALLERS[0]]
            attempt = AttemptId(f"order-{number}")
            sent[attempt] = order(kind, LegId(leg), LegId(other), attempt)
            door.send(sent[attempt])
            if waits:
                await asyncio.sleep(0.002)  # the switch may answer before the next order, or not
        await asyncio.sleep(0.02)
        mortal.all_die()
        for leg in (*CALLERS, AGENT):
            await events.ended(LegId(leg), 3.0)
        for attempt, command in sent.items():
            if not has_the_end_for_outcome(command):
                await until_told(events, attempt)
    told = Counter(attempt for one in events.all if (attempt := outcome_of(one)) is not None)
    assert {attempt for attempt, times in told.items() if times > 1} == set()
    for leg in (*CALLERS, AGENT):
        ends = sum(one.leg == leg for one in events.of(was.CallEnded))
        too_late = sum(kind == "hang up" and of == leg for kind, of, _ in orders)
        assert 1 <= ends <= 1 + too_late, "a hang-up of a leg that is gone is told that"


def has_the_end_for_outcome(command: do.SwitchCommand) -> bool:
    """Of these the end of the leg may be the outcome."""
    return isinstance(command, do.HangUp | do.Answer | do.Redirect)


async def until_told(events: Events, attempt: AttemptId) -> None:
    await events.next(was.Event, lambda one: outcome_of(one) == attempt, 3.0)


def outcome_of(one: was.Event) -> AttemptId | None:
    """The attempt that this event is the outcome of. What a talk comes to later is another matter."""
    return None if isinstance(one, was.Unbridged) else getattr(one, "attempt", None)
