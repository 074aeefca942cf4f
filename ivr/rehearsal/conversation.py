"""Conversation in a terminal: it tells what the caller hears, and the admin types what the caller does.

It takes a line and gives lines back; the command line, or a test, does the typing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

from dsl.spelling import nearest_hint
from ivr.compiler.shapes import OFFERS
from ivr.program import Program
from ivr.rehearsal.stage import Rehearsal, Stage

Kind = Literal["heard", "caller", "house", "step", "over", "help"]

HELP = """\
0-9 * #          press keys, also several: 1 or 11010519491231002*
wait 6           say nothing for six seconds; an empty line lets the prompt finish
say TEXT         speak, where the flow listens
bye              hang up
served AGENT     the queue: the caller has talked (also: no_agents, timed_out, full, failed, closed)
offers callback  the queue suggests a way out (also: message); booked, refused, connecting: the callback
overflows QUEUE  the queue hands the caller on
answer JSON      the service that is asked (also: deadline, refused, unreachable)
talked           the transfer (also: busy, no_answer, failed)
message 12       a message of 12 seconds, ended by its key; message 12 bye: ended by hanging up
where            the step that waits, and the time"""

_WORDS = ("wait", "say", "bye", "served", "offers", "overflows", "answer", "talked", "message", "where", "help")


@dataclass(frozen=True)
class Said:
    """Line of the conversation."""

    kind: Kind
    text: str


class Conversation:
    """Call that is typed."""

    def __init__(self, program: Program, flow: str, *, at: datetime, caller: str, called: str) -> None:
        """Dial: the call comes at `at`, an aware instant."""
        self._call = Rehearsal(Stage(program), at)
        self._call.begin(flow, caller, called)
        self._steps = 0
        self._cases = 0

    @property
    def over(self) -> bool:
        """True once the call has ended."""
        return bool(self._call.ended)

    def prompt(self) -> str:
        """Prompt of the line where the admin types: the flow and the step."""
        return "/".join(self._call.where())

    def news(self) -> Iterator[Said]:
        """Lines of what happened since the last time."""
        call = self._call
        for step in call.steps[self._steps :]:
            yield Said("step", f"{step.flow}/{step.step} ({step.kind}): {step.outcome}")
        self._steps = len(call.steps)
        while call.heard:
            heard = call.heard.popleft()
            yield Said("heard", heard.text)
        for case in call.cases[self._cases :]:
            yield Said("house", f"a case is opened: {case.category} {case.fields or ''}".rstrip())
        self._cases = len(call.cases)
        if call.booking is not None:
            yield Said("house", f"books a callback to {call.booking.number}: booked, refused, connecting")
        elif call.queue is not None:
            skills = " and ".join(call.queue.skills)
            yield Said("house", f"waits in {call.queue.queue} {skills} ({call.queue.class_}): served AGENT, full, …")
        if call.lookup is not None:
            yield Said("house", f"asks {call.lookup.url} {call.lookup.body or ''}: answer JSON, or deadline")
        if call.transfer is not None:
            yield Said("house", f"calls {call.transfer.to}: talked, busy, no_answer")
        if call.record is not None:
            yield Said("house", "records a message: message SECONDS")
        if call.ended:
            yield Said("over", f"the call is over: {call.ended}")

    def type(self, line: str) -> Iterator[Said]:
        """Do what the line says, and give the lines of what came of it."""
        word, _, rest = line.strip().partition(" ")
        problem = self._do(word, rest.strip())
        if problem:
            yield Said("help", problem)
        yield from self.news()

    def _do(self, word: str, rest: str) -> str:
        call = self._call
        if word == "":
            call.finish()
        elif re.fullmatch(r"[0-9*#]+", word):
            call.press(word)
        elif word == "wait":
            if not re.fullmatch(r"[0-9]{1,5}(\.[0-9]+)?", rest):
                return "wait 6: seconds"
            call.wait(float(rest))
        elif word == "say":
            call.speak(rest)
        elif word == "bye":
            call.hang_up()
        elif word == "served":
            call.leave_queue("served", rest)
        elif word == "offers":
            if rest not in OFFERS:
                return f"offers {' or '.join(OFFERS)}"
            call.suggest(rest)
        elif word == "overflows":
            call.overflow(rest)
        elif word in ("booked", "connecting") or (word == "refused" and call.booking is not None):
            call.answer_booking(word)
        elif word in ("no_agents", "timed_out", "full", "failed", "closed", "busy", "no_answer", "talked"):
            self._outcome(word)
        elif word == "answer":
            try:
                call.answer_lookup("ok", msgspec.json.decode(rest))
            except msgspec.DecodeError as error:
                return f'answer {{"balance": 12.5}}: JSON ({error})'
        elif word in ("deadline", "refused", "unreachable", "not_json"):
            call.answer_lookup(word)
        elif word == "message":
            found = re.fullmatch(r"([0-9]{1,4})?\s*(bye)?", rest)
            if found is None:
                return "message 12, or message 12 bye: seconds, and how it ends"
            call.leave_message(float(found[1] or 10), hangs_up=found[2] is not None)
        elif word == "where":
            return f"{self.prompt()}, {call.now:g} s into the call, in {call.language()}"
        elif word == "help":
            return HELP
        else:
            return f"{word} is not understood{nearest_hint(word, _WORDS)}; help lists what is"
        return ""

    def _outcome(self, word: str) -> None:
        if self._call.queue is not None:
            self._call.leave_queue(word)
        else:
            self._call.end_transfer(word)
