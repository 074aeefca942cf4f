"""The benches by name. To add one: a module `bench/<module>.py` with `run(options)`, and a line here.

`run` may be a coroutine function or a plain one; it takes `Options` and returns a `Report`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Options:
    """What whoever runs a bench may choose."""

    quick: bool = False
    """A run of seconds that goes the whole way with few calls: it shows that the bench works, not how fast we are."""
    switch: Literal["asterisk", "freeswitch"] = "asterisk"
    first_port: int = 16_000
    """Where the bench looks for free SIP and HTTP ports; sound goes by ports from 40000 on."""
    progress: Callable[[str], None] = lambda line: None
    """Is told what has been measured so far: some benches take minutes."""
    rate: float | None = None
    """Calls a second, of a bench that takes it. None: its own."""
    calls: int | None = None
    """How many calls, likewise."""
    seconds: float | None = None
    """For how long calls are placed, likewise."""
    keep: Path | None = None
    """A folder for what is found, likewise. None: one of the system's temporary ones."""
    only: str | None = None
    """One part of a bench that has parts. None: all of them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A bench: the module of `bench/` that runs it, and what it measures."""

    module: str
    about: str
    takes: frozenset[str] = frozenset()
    """Which of rate, calls, seconds, keep it takes."""
    parts: tuple[str, ...] = ()
    """What `only` may name."""


BENCHES = {
    "live": Entry("live", "real calls to a real switch: latencies, processor time a call, the rate that is held"),
    "talks": Entry(
        "talks",
        "talks that are not heard both ways within 300 ms of their bridge: what was late or lost of each",
        frozenset({"rate", "calls", "seconds", "keep"}),
    ),
    "memory": Entry(
        "asterisk_memory",
        "Asterisk's memory after 100,000 calls and five quiet minutes",
        frozenset({"rate", "calls"}),
    ),
    "routing": Entry("routing", "how well and how fast callers and agents are matched; simulation"),
    "holding": Entry("holding", "300 callers who wait with music"),
    "offer": Entry("offer", "how soon an agent is rung; what the match costs with 500 waiting for 5,000 agents"),
    "transfers": Entry("transfers", "how soon the new agent is rung when a caller is handed on"),
    "restart": Entry("restart", "kill -9 of the controller while 100 callers wait and 50 talk"),
    "start": Entry("start", "the controller's start on 1,000 flows and 10,000 prompts"),
    "eventsocket": Entry("eventsocket", "what FreeSWITCH's event socket costs us: an event in, a command out"),
    "do_not_call": Entry("do_not_call", "what a do-not-call list of a million lines costs the event loop"),
    "governor": Entry("governor", "what one decision on an outgoing call costs, by 340 and 3,400 scenes; reservations"),
    "scenes": Entry("scenes", "what 3,400 scenes and a batch of 10,000 names cost"),
    "ledger": Entry("ledger", "durable reservations of calls: how many a second, how soon, four processes, origins"),
    "dnc": Entry("dnc", "do-not-call lists of a hundred million numbers: memory, a look-up, the load"),
    "lists": Entry("lists", "a list of a million people from a file into the store"),
    "gate": Entry("gate", "the SIP gate at 200 calls a second: refusals, ways through, a decider that dies"),
    "grading": Entry("grading", "how many labelled complaints are graded as a person would, and what a grade costs"),
    "intake": Entry("intake", "a hundred cases a second while the process that takes them in is killed: lost, doubled"),
    "week": Entry(
        "week", "a week of 5,000 cases and 40 handlers, by the shipped rules and first in, first out; simulation"
    ),
    "report": Entry("monthly_report", "the report of a month of two million calls: seconds, memory"),
    "search": Entry("search", "a search in a call log of a million calls, by each filter"),
    "pacing": Entry("pacing", "how busy a campaign keeps its agents, and how many answers find nobody; simulation"),
    "amd": Entry("amd", "answering-machine detection: people taken for machines, machines found, how soon; simulation"),
    "clocks": Entry("clocks", "clocks of cases: right against a slow oracle; what a state and a tick cost"),
    "console": Entry(
        "console",
        "pages in browsers: what 300 cost the controller, how soon they show what happens; the phone in the page",
        parts=("readers", "pages", "painted", "calls", "ice"),
    ),
    "webhooks": Entry("webhooks", "what a webhook costs the event loop, and how soon its receiver is told"),
    "speech": Entry(
        "speech",
        "Mandarin by Kokoro and by callers: syllables misheard beside espeak-ng and whisper alone, seconds, memory",
    ),
    "understanding": Entry(
        "understanding", "sentences understood: right, answered at once, out of scope; beside n-grams with a linear SVM"
    ),
    "sentences": Entry("sentences", "sentences made during a call, and the look at prompts"),
}
