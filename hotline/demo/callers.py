"""Callers of the demonstration: each kind listens, presses keys, waits, talks, complains or gives up, by its script."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from phones.audio import Clip
from phones.caller import OutgoingCall, PhoneLine
from phones.facts import CallFacts, CallFailed

_LONGEST_CALL_S = 180.0


class Act(Protocol):
    """One thing that a caller does."""

    async def __call__(self, call: OutgoingCall, rng: Random) -> None:
        """Do it. Raises CallFailed when the call is over."""
        ...


@dataclass(frozen=True, slots=True)
class Key:
    """Listen to what is said for a while, then press keys, as somebody who knows the menu."""

    keys: str
    least_s: float = 0.8
    most_s: float = 2.5

    async def __call__(self, call: OutgoingCall, rng: Random) -> None:
        """Hear, think, press."""
        await call.heard_audio(timeout_s=15.0)
        await _stay(call, rng.uniform(self.least_s, self.most_s))
        await call.press(self.keys)


@dataclass(frozen=True, slots=True)
class Stay:
    """Listen, wait and talk until somebody else hangs up, or until patience ends."""

    least_s: float = _LONGEST_CALL_S
    most_s: float = _LONGEST_CALL_S

    async def __call__(self, call: OutgoingCall, rng: Random) -> None:
        """Stay on the line."""
        await _stay(call, rng.uniform(self.least_s, self.most_s))


@dataclass(frozen=True, slots=True)
class Speak:
    """Hear the question to its end, then say something, once."""

    clip: Clip

    async def __call__(self, call: OutgoingCall, rng: Random) -> None:
        """Hear, think, speak. What was heard before one's last words is no question any more."""
        await call.heard_audio(timeout_s=_QUESTION_S, after=time.monotonic())
        await call.hear_silence(_QUESTION_OVER_S, timeout_s=30.0)
        await _stay(call, rng.uniform(0.1, 0.4))
        await call.say(self.clip)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of caller, as a share of all; it hangs up when its acts are done. `number`: of a line of its own."""

    name: str
    share: float
    acts: Sequence[Act]
    number: str = ""


OWN_WORDS = "4000595183"
"""The sample's line that asks what one wants, in one's own words or by a key."""
_QUESTION_OVER_S = 0.7
_QUESTION_S = 30.0
_HELLO = Key("1", 3.0, 4.0)
"""Through the notice that must be heard, then Chinese."""
KINDS = (
    Kind("asks for a person", 0.30, (_HELLO, Key("0"), Stay())),
    Kind("asks about a loan", 0.25, (_HELLO, Key("2"), Key("1"), Stay())),
    Kind("complains", 0.15, (_HELLO, Key("3"), Stay())),
    Kind("asks for the balance", 0.10, (_HELLO, Key("1"), Key("11010519491231002*#", 3.0, 4.0), Stay(12.0, 15.0))),
    Kind("speaks English", 0.05, (Key("2", 3.0, 4.0), Key("0"), Stay())),
    Kind("has no patience", 0.10, (_HELLO, Key("0"), Stay(1.0, 4.0))),
    Kind("hangs up early", 0.05, (Stay(0.5, 4.0),)),
)


SENTENCES = (
    "我想晚几天还",
    "下个月五号",
    "对",
    "我被骗了，钱转给骗子了",
    "我想问下那个申请",
    "帮我买张火车票",
    "今天天气怎么样",
)
"""What callers of that line say, in the order of `who_speak`."""


def who_speak(clips: Sequence[Clip]) -> tuple[Kind, ...]:
    """Callers of the line of own words; `clips` are their SENTENCES."""
    later, day, right, fraud, unclear, train, weather = map(Speak, clips)
    return (
        Kind("wants more time, in their own words", 0.0, (later, day, right, Stay(30.0, 40.0)), OWN_WORDS),
        Kind("says something that may be two things", 0.0, (unclear, Key("1", 5.0, 6.0), Stay(8.0, 10.0)), OWN_WORDS),
        Kind("was defrauded, and says so", 0.0, (fraud, Stay(30.0, 40.0)), OWN_WORDS),
        Kind(
            "wants what no intent is",
            0.0,
            (train, weather, _HELLO, Key("0"), Stay(30.0, 40.0)),
            OWN_WORDS,
        ),
    )


BY_KEYS = (
    Kind("wants more time, by keys", 0.0, (Key("0"), Stay()), OWN_WORDS),
    Kind("asks for the balance, by keys", 0.0, (Key("1"), Stay(12.0, 15.0)), OWN_WORDS),
    Kind("was defrauded, by keys", 0.0, (Key("4"), Stay()), OWN_WORDS),
)
"""The same line where nobody hears what callers say."""
_EVERY = 5
"""One caller of so many is of that line, from the third on."""


_FIRST = Kind("knows the way", 0.0, (Key("1", 0.8, 1.0), Key("0", 0.3, 0.5), Stay()))
"""Who skips the notice, so that whoever watches need not wait for the first talk."""


@dataclass
class Crowd:
    """Calls in, `rate` a second, until `most` have called or it is stopped. `facts` are of calls that are over."""

    line: PhoneLine
    number: str
    voices: Sequence[Clip]
    rng: Random
    rate: float
    most: int | None = None
    facts: list[CallFacts] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    placed: int = 0
    of_own_words: Sequence[Kind] = ()
    """Kinds that come in turn, as soon as there are any; those who were late are made up for."""
    came: int = 0
    """So many of them have."""

    async def call_in(self) -> None:
        """Let them call, and return when the last has hung up. Cancelling hangs all up."""
        async with asyncio.TaskGroup() as tasks:
            while self.most is None or self.placed < self.most:
                kind = self._next()
                tasks.create_task(self._one(kind, Random(self.rng.random())))
                self.placed += 1
                await asyncio.sleep(self.rng.expovariate(self.rate))

    def _next(self) -> Kind:
        if not self.placed:
            return _FIRST
        if self.of_own_words and self.came < (self.placed + _EVERY - 2) // _EVERY:
            self.came += 1
            return self.of_own_words[(self.came - 1) % len(self.of_own_words)]
        return self.rng.choices(KINDS, [kind.share for kind in KINDS])[0]

    async def _one(self, kind: Kind, rng: Random) -> None:
        number = f"+861{rng.choice('3578')}{rng.randrange(10**9):09}"
        # whoever is listened to says nothing but their words
        clip = None if kind.number else rng.choice(self.voices)
        call = await self.line.dial(kind.number or self.number, caller_id=number, clip=clip)
        try:
            await call.answered(timeout_s=10.0)
            for act in kind.acts:
                await act(call, rng)
        except CallFailed as error:
            if not call.is_over:
                self.failed.append(f"{kind.name}: {error}")
        except TimeoutError:
            self.failed.append(f"{kind.name}: heard nothing")
        finally:
            if not call.is_over:
                await call.hang_up()
            self.facts.append(call.facts)


async def _stay(call: OutgoingCall, seconds: float) -> None:
    """Return after `seconds`; CallFailed when the far end hangs up first."""
    try:
        await call.ended(timeout_s=seconds)
    except TimeoutError:
        return
    raise CallFailed(200, "the far end hung up")
