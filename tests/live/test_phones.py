"""Our phones against a real Asterisk: registration, both ways of a call, keys, early media, and what it refuses."""

from __future__ import annotations

import wave
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from phones.agent_phone import AgentPhone, Answer, LetRing, RegistrationFailed, Reject
from phones.audio import RATE_HZ, Clip, murmur, tone
from phones.caller import PhoneLine
from phones.digest import Credentials
from phones.endpoint import Endpoint
from phones.facts import CallFailed
from phones.hostile import flood_of_invites, garbage, send_slowly
from phones.sdp import PCMA, PCMU
from switch.asterisk.instance.installation import Installation
from switch.asterisk.instance.process import AsteriskProcess
from tests.live.conftest import SettingsFactory

pytestmark = pytest.mark.live

# What is dialled chooses a context; no controller is there, so every call comes to the fallback.
DIALPLAN = """
[hotline-fallback]
exten => s,1,Goto(dialled-${{HOTLINE_DIALLED}},s,1)
[dialled-menu]
exten => s,1,Answer()
 same => n,Read(KEY,{tone400},1,,1,5)
 same => n,Playback({tone700})
 same => n,Wait(10)
[dialled-echo]
exten => s,1,Answer()
 same => n,Echo()
[dialled-agent]
exten => s,1,Dial(PJSIP/agent-1001,20)
 same => n,Hangup(${{HANGUPCAUSE}})
[dialled-early]
exten => s,1,Progress()
 same => n,Playback({tone700},noanswer)
 same => n,Wait(10)
[dialled-busy]
exten => s,1,Hangup(17)
"""


@pytest.fixture
async def exchange(
    installation: Installation, asterisk_settings: SettingsFactory, tmp_path: Path
) -> AsyncIterator[AsteriskProcess]:
    names = {f"tone{hz}": _wav(tmp_path / f"tone{hz}.wav", tone(hz, 4)) for hz in (400, 700)}
    async with AsteriskProcess(asterisk_settings(extra_modules=("app_echo.so",)), installation) as running:
        await running.set_fallback(DIALPLAN.format(**names))
        yield running


@pytest.fixture
async def line(exchange: AsteriskProcess) -> AsyncIterator[PhoneLine]:
    endpoint = await Endpoint.open()
    yield PhoneLine(endpoint, ("127.0.0.1", exchange.settings.sip_port), "+8613800138000")
    endpoint.close()


@pytest.fixture
async def agent(exchange: AsteriskProcess) -> AsyncIterator[AgentPhone]:
    account = exchange.settings.accounts[0]
    endpoint = await Endpoint.open()
    credentials = Credentials(account.user, account.secret)
    phone = AgentPhone(endpoint, ("127.0.0.1", exchange.settings.sip_port), credentials)
    yield phone
    await phone.close()
    endpoint.close()


def _wav(path: Path, clip: Clip) -> str:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(clip.samples.tobytes())
    return str(path.with_suffix(""))  # Asterisk names sounds without their format


async def test_a_key_interrupts_a_prompt_and_the_next_one_is_heard(line: PhoneLine) -> None:
    call = await line.dial("menu")
    await call.hear_tone(400, 5)
    assert call.facts.trying_at is not None
    assert call.facts.answered_at is not None
    assert call.facts.invite_at < call.facts.trying_at < call.facts.answered_at
    press = await call.press("1")
    heard_at = await call.hear_next_prompt(press, 5)
    assert heard_at == await call.hear_tone(700, 5)
    assert press.ended_at < heard_at < press.ended_at + 3
    await call.hang_up()
    assert call.facts.ended_by == "near"


@pytest.mark.parametrize("payload", [PCMU, PCMA])
async def test_an_echo_returns_what_was_said(line: PhoneLine, payload: int) -> None:
    call = await PhoneLine(line.endpoint, line.peer, line.user, payloads=(payload,)).dial("echo")
    await call.answered(5)
    call.say(tone(500, 1), loop=True)
    await call.hear_tone(500, 5)
    call.say(murmur(Random(1), 2), loop=True)
    await call.hear_speech(5)
    await call.hang_up()


async def test_an_agent_registers_is_called_and_both_talk(agent: AgentPhone, line: PhoneLine) -> None:
    await agent.register(60)
    agent.on_ring = lambda call: Answer(after_s=0.2, clip=tone(400, 1))
    call = await line.dial("agent", clip=tone(700, 1))
    await call.answered(5)
    talking = await agent.new_calls.get()
    await call.hear_tone(400, 5)
    await talking.hear_tone(700, 5)
    await call.press("5")
    assert await talking.key(5) == "5"
    await talking.hang_up()
    assert (await call.ended(5)).ended_by == "far"
    await agent.unregister()
    call = await line.dial("agent")
    with pytest.raises(CallFailed):
        await call.answered(5)


async def test_a_wrong_password_is_refused(exchange: AsteriskProcess) -> None:
    endpoint = await Endpoint.open()
    phone = AgentPhone(endpoint, ("127.0.0.1", exchange.settings.sip_port), Credentials("agent-1001", "wrong"))
    with pytest.raises(RegistrationFailed, match="401"):
        await phone.register()
    endpoint.close()


async def test_a_rejecting_agent_and_a_caller_who_gives_up(agent: AgentPhone, line: PhoneLine) -> None:
    await agent.register(60)
    agent.on_ring = lambda call: Reject(486)
    call = await line.dial("agent")
    with pytest.raises(CallFailed, match="486"):
        await call.answered(5)
    agent.on_ring = lambda call: LetRing()
    await agent.new_calls.get()
    call = await line.dial("agent")
    ringing = await agent.new_calls.get()
    await call.hang_up()
    assert (await ringing.ended(5)).status == 487
    assert (call.facts.status, call.facts.ended_by) == (487, "near")


async def test_early_media_is_heard_before_an_answer(line: PhoneLine) -> None:
    call = await line.dial("early")
    await call.hear_tone(700, 5)
    assert call.facts.answered_at is None
    await call.hang_up()


async def test_an_agent_dials_with_digest(agent: AgentPhone) -> None:
    await agent.register(60)
    call = await agent.dial("*45")
    with pytest.raises(CallFailed) as refused:  # known and let in; no controller is there to answer it
        await call.answered(5)
    assert refused.value.status not in (401, 403, 407, 408)


async def test_garbage_and_unanswered_invites_leave_the_switch_working(line: PhoneLine) -> None:
    rng = Random(7)
    await send_slowly(line.peer, (garbage(rng) for _ in range(200)), rate_per_s=400)
    await send_slowly(line.peer, flood_of_invites(rng, line.peer, 50), rate_per_s=200)
    call = await line.dial("menu")
    await call.hear_tone(400, 10)
    await call.hang_up()
