"""What the callers of a soak do, a walk for each kind of call; and how one of them hears that something is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from random import Random

from bench.soak import script
from phones.call import Call
from phones.caller import OutgoingCall

_HEARS_S = 15.0  # a prompt: far more than it takes, as kills and full machines are part of it
_SERVED_S = 90.0  # an agent
_ENDS_S = 30.0
_THINKS_S = (0.2, 0.8)
_MESSAGE_S = (3.0, 5.0)  # one of less than a second is none, and phones on a full machine send less than they say


class Unexpected(Exception):
    """A call that went another way than its kind says; the message is how."""


class Walk:
    """One caller on the way: `call` has been dialled, `chance` decides what is left to the person."""

    def __init__(self, call: OutgoingCall, kind: str, chance: Random) -> None:
        self.call, self.kind, self.chance = call, kind, chance
        self.score = ""

    async def go(self) -> None:
        """Walk to the end of the call. Raises Unexpected, CallFailed, TimeoutError."""
        await self.call.answered(_HEARS_S)
        await self.hears(script.MENU_HZ, "the menu", after=0.0)
        await self.thinks()
        if key := script.KINDS[self.kind].key:
            await self.call.press(key)
        await _WALKS[self.kind](self)

    async def hears(self, hz: float, what: str, timeout_s: float = _HEARS_S, after: float | None = None) -> float:
        """Wait for a tone since the last key. Raises Unexpected."""
        try:
            return await self.call.hear_tone(hz, timeout_s, after)
        except TimeoutError:
            raise Unexpected(f"did not hear {what}") from None

    async def thinks(self) -> None:
        """Take the time that a person takes."""
        await asyncio.sleep(self.chance.uniform(*_THINKS_S))

    async def is_hung_up(self) -> None:
        """Wait for the far end. Raises Unexpected."""
        try:
            facts = await self.call.ended(_ENDS_S)
        except TimeoutError:
            raise Unexpected("was not hung up") from None
        if facts.ended_by != "far":
            raise Unexpected(f"ended by {facts.ended_by}: {facts.reason}")

    async def hangs_up(self) -> None:
        """End it; a call that is over was ended by somebody else. Raises Unexpected."""
        if self.call.is_over:
            raise Unexpected("was hung up")
        await self.call.hang_up()


async def _talks(walk: Walk) -> None:
    await walk.hears(script.AGENT_HZ, "an agent", _SERVED_S)
    await walk.hears(script.SURVEY_HZ, "the survey", _SERVED_S)
    await walk.thinks()
    score = str(walk.chance.randint(1, 5))
    await walk.call.press(score)
    walk.score = score
    await walk.is_hung_up()


async def _talks_after(walk: Walk, hz: float, what: str) -> None:
    await walk.hears(hz, what)
    await _talks(walk)


async def _leaves_message(walk: Walk) -> None:
    await walk.hears(script.BEEP_HZ, "the prompt for a message")
    await asyncio.sleep(walk.chance.uniform(*_MESSAGE_S))
    await walk.call.press("#")
    await walk.is_hung_up()


async def _gives_up_waiting(walk: Walk) -> None:
    try:
        await walk.call.hear_speech(_HEARS_S)  # the place in the line
    except TimeoutError:
        raise Unexpected("did not hear the place in the line") from None
    await walk.hangs_up()


async def _books_callback(walk: Walk) -> None:
    await walk.hears(script.OFFER_HZ, "the offer of a callback")
    await walk.call.press("1")
    try:
        await walk.call.hear_speech(_HEARS_S)  # the number, read back
    except TimeoutError:
        raise Unexpected("did not hear the number read back") from None
    await walk.thinks()
    await walk.call.press("1")
    await walk.hears(script.KEPT_HZ, "that the callback is booked")
    await walk.is_hung_up()


async def _is_transferred(walk: Walk, hz: float, what: str) -> None:
    await walk.hears(hz, what, _ENDS_S)
    await walk.is_hung_up()


async def _is_transferred_to_colleague(walk: Walk) -> None:
    """The colleague may be busy: then it is goodbye at once."""
    await walk.is_hung_up()


_WALKS: Mapping[str, Callable[[Walk], Awaitable[None]]] = {
    "talks": lambda walk: _talks_after(walk, script.TOLD_HZ, "the second prompt"),
    "is_handed_on": lambda walk: _talks_after(walk, script.TOLD_HZ, "the second prompt"),
    "complains": lambda walk: _talks_after(walk, script.NOTED_HZ, "that the case is open"),
    "leaves_message": _leaves_message,
    "declines_recording": lambda walk: _talks_after(walk, script.NOTED_HZ, "that nothing is recorded"),
    "waits": _talks,
    "gives_up_waiting": _gives_up_waiting,
    "books_callback": _books_callback,
    "not_there_when_called_back": _books_callback,
    "is_transferred_outside": lambda walk: _is_transferred(walk, script.CALLEE_HZ, "the number outside"),
    "is_transferred_to_colleague": _is_transferred_to_colleague,
    "hangs_up_in_menu": Walk.hangs_up,
}
assert _WALKS.keys() == script.KINDS.keys()


async def hears_either(call: Call, tones_hz: tuple[float, ...], timeout_s: float) -> float | None:
    """Return the tone that comes first, None when none does in time. Raises CallFailed when the call ends before."""
    waiting = {asyncio.ensure_future(call.hear_tone(hz, timeout_s, 0.0)): hz for hz in tones_hz}
    try:
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            try:
                task.result()
            except TimeoutError:
                continue
            return waiting[task]
        return None
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
