"""Two phones call each other over loopback, without a switch: what a person does, and what goes wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import numpy as np
import pytest

from phones.agent_phone import AgentPhone, Answer, LetRing, Reject
from phones.audio import tone
from phones.caller import PhoneLine
from phones.digest import Credentials
from phones.endpoint import Endpoint
from phones.facts import CallFailed
from phones.sdp import PCMA, PCMU

pytestmark = pytest.mark.unit


@pytest.fixture
async def street() -> AsyncIterator[Endpoint]:
    endpoint = await Endpoint.open()
    yield endpoint
    endpoint.close()


@pytest.fixture
async def desk(street: Endpoint) -> AsyncIterator[AgentPhone]:
    endpoint = await Endpoint.open()
    phone = AgentPhone(endpoint, ("127.0.0.1", 5060), Credentials("1001", "secret"))
    yield phone
    await phone.close()
    endpoint.close()


@pytest.fixture
def line(street: Endpoint, desk: AgentPhone) -> PhoneLine:
    return PhoneLine(street, (desk.endpoint.host, desk.endpoint.port), "+8613800138000")


async def test_both_hear_each_other(desk: AgentPhone, line: PhoneLine) -> None:
    desk.on_ring = lambda call: Answer(clip=tone(400, 1))
    call = await line.dial("1001", display="张三", clip=tone(700, 1))
    await call.answered(20)
    far = desk.calls[0]
    heard_at = await call.hear_tone(400, 20)
    await far.hear_tone(700, 20)
    assert (far.facts.from_display, far.facts.from_user) == ("张三", "+8613800138000")
    assert call.facts.answered_at is not None
    assert call.facts.invite_at < far.facts.invite_at < call.facts.answered_at < heard_at
    await call.hang_up()
    assert (await far.ended(20)).ended_by == "far"
    assert call.facts.ended_by == "near"
    assert call.facts.first_audio_at == heard_at
    assert call.stream.fd == -1


async def test_a_sound_before_the_answer_is_heard(desk: AgentPhone, line: PhoneLine) -> None:
    desk.on_ring = lambda call: Answer(0.8, clip=tone(400, 1), early=tone(900, 2))
    call = await line.dial("1001")
    heard_at = await call.hear_tone(900, 20)
    assert call.facts.answered_at is None
    await call.hear_tone(400, 20)
    assert call.facts.answered_at is not None
    assert heard_at < call.facts.answered_at
    await call.hang_up()


async def test_keys_arrive_once_and_in_order(desk: AgentPhone, line: PhoneLine) -> None:
    call = await line.dial("1001")
    await call.answered(20)
    press = await call.press("1*#D", 0.04)
    assert [await desk.calls[0].key(20) for _ in range(4)] == ["1", "*", "#", "D"]
    assert press.key == "D"
    assert press.started_at < press.ended_at
    call.say(tone(700, 1), loop=True)
    await desk.calls[0].hear_tone(700, 20)  # what is said after the last key comes after its repeated ends
    assert desk.calls[0].stream.keys_waiting == 0


async def test_a_phone_that_was_held_up_does_not_key_faster(desk: AgentPhone, line: PhoneLine) -> None:
    call = await line.dial("1001")
    await call.answered(20)
    keying = asyncio.create_task(call.press("12"))
    keys = [await desk.calls[0].key(20)]  # told as it begins
    time.sleep(0.15)  # noqa: ASYNC251  # the whole process stands still: the engine has ticks to make good
    await keying
    first, second = call.stream.presses
    assert second.started_at - first.ended_at > 0.04
    assert min(first.ended_at - first.started_at, second.ended_at - second.started_at) > 0.045
    assert [*keys, await desk.calls[0].key(20)] == ["1", "2"]


async def test_the_next_prompt_after_a_key_is_found(desk: AgentPhone, line: PhoneLine) -> None:
    desk.on_ring = lambda call: Answer(clip=tone(400, 1))
    call = await line.dial("1001")
    await call.hear_tone(400, 20)

    async def menu() -> None:
        await desk.calls[0].key(20)
        desk.calls[0].say(tone(700, 1), loop=True)

    switching = asyncio.create_task(menu())
    press = await call.press("1", 0.04)
    at = await call.hear_next_prompt(press, 20)
    await switching
    assert at == await call.hear_tone(700, 20)
    assert press.ended_at < at


@pytest.mark.parametrize("payload", [PCMU, PCMA])
async def test_what_is_said_is_recorded(desk: AgentPhone, line: PhoneLine, payload: int) -> None:
    call = await PhoneLine(line.endpoint, line.peer, payloads=(payload,)).dial("1001")
    await call.answered(20)
    far = desk.calls[0]
    far.stream.record(2.0)
    await call.say(tone(500, 0.4))
    await far.hear_silence(0.2, 20)
    recorded = far.stream.recorded().astype(float)
    loud = recorded[abs(recorded) > 1000]
    assert 0.3 < len(loud) / 8000 < 0.45
    spectrum = abs(np.fft.rfft(recorded))
    assert spectrum.argmax() * 8000 / len(recorded) == pytest.approx(500, abs=5)


async def test_a_caller_who_gives_up_cancels(desk: AgentPhone, line: PhoneLine) -> None:
    desk.on_ring = lambda call: LetRing()
    call = await line.dial("1001")
    ringing = await desk.new_calls.get()
    await call.hang_up()
    assert (await ringing.ended(20)).status == 487
    assert (call.facts.status, call.facts.ended_by) == (487, "near")
    with pytest.raises(CallFailed, match="487"):
        await call.answered()


@pytest.mark.parametrize("status", [480, 486, 603])
async def test_a_rejection_reaches_the_caller(desk: AgentPhone, line: PhoneLine, status: int) -> None:
    desk.on_ring = lambda call: Reject(status)
    call = await line.dial("1001")
    with pytest.raises(CallFailed, match=str(status)):
        await call.answered(20)
    assert (call.facts.status, call.facts.ended_by) == (status, "far")


async def test_a_second_call_finds_the_phone_busy_and_a_wrong_number_nobody(desk: AgentPhone, line: PhoneLine) -> None:
    first = await line.dial("1001")
    await first.answered(20)
    for number, status in (("1001", "486"), ("1002", "404")):
        call = await line.dial(number)
        with pytest.raises(CallFailed, match=status):
            await call.answered(20)


async def test_the_agent_hangs_up_while_the_caller_waits_to_hear(desk: AgentPhone, line: PhoneLine) -> None:
    desk.on_ring = lambda call: Answer(talk_s=0.1)
    call = await line.dial("1001")
    await call.answered(20)
    with pytest.raises(CallFailed, match="ended"):
        await call.hear_tone(400, 20)
    assert call.facts.ended_by == "far"


async def test_nothing_is_keyed_or_heard_after_the_end(desk: AgentPhone, line: PhoneLine) -> None:
    call = await line.dial("1001")
    await call.answered(20)
    await call.hang_up()
    async with asyncio.timeout(20):
        with pytest.raises(CallFailed):
            await call.press("1")
        with pytest.raises(CallFailed):
            await call.hear_tone(400, 60)


async def test_a_phone_that_vanished_answers_nothing(desk: AgentPhone, line: PhoneLine) -> None:
    call = await line.dial("1001")
    await call.answered(20)
    talking = await desk.new_calls.get()
    desk.vanish()
    assert (await talking.ended(20)).reason == "vanished"
    assert not call.is_over, "no BYE was sent"
    again = await line.dial("1001")
    with pytest.raises(TimeoutError):
        await again.answered(0.3)
    desk.come_back()  # the INVITE is still being repeated, so now it gets through
    await again.answered(20)


@pytest.mark.parametrize(("idle", "least", "most"), [("silence", 10, 30), ("nothing", 0, 0), ("keepalive", 1, 1)])
async def test_what_is_sent_while_nobody_speaks(
    desk: AgentPhone, line: PhoneLine, idle: str, least: int, most: int
) -> None:
    call = await PhoneLine(line.endpoint, line.peer, idle=idle).dial("1001")  # type: ignore[arg-type]
    await call.answered(20)
    begun = time.monotonic()
    await asyncio.sleep(0.4)
    async with asyncio.timeout(20):
        while call.stream.packets_sent < least:  # noqa: ASYNC110 - the engine tells nobody
            await asyncio.sleep(0.02)
    await call.hang_up()
    longer = (time.monotonic() - begun) / 0.4  # on a machine that is busy
    assert least <= call.facts.packets_sent <= most * longer
