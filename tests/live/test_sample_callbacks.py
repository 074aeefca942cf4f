"""The sample hotline's own callback, phone by phone on a real Asterisk, and the message that it offers after.

The dialplans are the shipped ones; only times are shorter, and the hours are the test's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
import pytest_asyncio

from phones.agent_phone import AgentPhone, Answer, LetRing
from phones.audio import tone
from phones.caller import OutgoingCall
from phones.digest import Credentials
from switch.asterisk.instance.installation import Installation
from tests.live.conftest import until
from tests.live.live_site import NUMBER, LiveSite
from tests.live.sample import (
    KEPT,
    LANGUAGE,
    MENU,
    MESSAGE,
    NAMED_ELSEWHERE,
    OFFER,
    REFUSED,
    SAVED,
    VOICEMAIL,
    SampleSite,
)
from tests.live.sample import NUMBER as WHICH_NUMBER
from tests.live.site_files import AGENT, CALLER

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

ROUND_THE_CLOCK = "4000395183"
_FAR = (datetime.now(UTC) + timedelta(days=3)).strftime("%a").lower()
CLOSED = f"service: {{zone: Asia/Shanghai, week: {{{_FAR}: 09:00-10:00}}}}\n" + NAMED_ELSEWHERE
OPEN = "service: {zone: Asia/Shanghai, week: {mon-sun: 00:00-24:00}}\n" + NAMED_ELSEWHERE
UNWANTED = "13900002002"
RETRY = "callback: {hours: service, expires_s: 60, tries: 2, retry_s: 5, ring_s: 5, confirm_s: 5, scene: call_back}"


class Shortened(SampleSite):
    """Minutes are seconds."""

    shortened: ClassVar = {
        "dialplans/queues.yaml": {
            "callback: {hours: service, expires_s: 7200, tries: 3, retry_s: 300, scene: call_back}": RETRY,
            "expires_s: 14400": "expires_s: 10",
            "steps:\n      - {after_s: 120, offer: callback}": "steps:\n      - {after_s: 1, offer: callback}",
            "steps:\n      - {after_s: 90, lower: 1}\n": "steps:\n",
            "{after_s: 150, offer: callback}": "{after_s: 1, offer: callback}",
            "{after_s: 420, offer: message}": "{after_s: 6, offer: message}",
        }
    }

    def before(self) -> None:
        """Nobody calls this number."""
        (self.folder / "unwanted.txt").write_text(f"{UNWANTED}   # asked us not to\n")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveSite]:
    folder = tmp_path_factory.mktemp("sample")
    async with Shortened(folder, installation, {"do_not_call": "unwanted.txt"}) as house:
        yield house


async def waits(
    house: LiveSite, caller: str, key: str = "0", number: str = NUMBER, language: str = "1"
) -> OutgoingCall:
    """A caller who chose Chinese, or English by 2, and then what `key` stands for."""
    call = await house.dial(caller, number)
    await call.hear_tone(LANGUAGE)
    await call.press(language)
    await call.hear_tone(MENU, timeout_s=15.0)
    await call.press(key)
    await house.in_place(caller, "waiting", deadline_s=30.0)  # after the number of the case, for one
    return call


async def asks_for_callback(call: OutgoingCall, another_number: str = "") -> None:
    """Press the key of the offer, and confirm the number that is read back, or another one keyed in."""
    await call.hear_tone(OFFER, timeout_s=15.0)
    await call.press("1")
    await call.hear_speech()
    if another_number:
        await call.press("2")
        await call.hear_tone(WHICH_NUMBER)
        await call.press(f"{another_number}#")
        await call.hear_speech(after=asyncio.get_running_loop().time())
    await call.press("1")


async def test_a_language_is_a_skill(house: LiveSite) -> None:
    """8002 is free and speaks no English; 8001 does."""
    caller, since = "13900002010", house.log_file.stat().st_size
    async with (
        house.signed_in("8001", lambda call: Answer(clip=tone(AGENT, 1.0))) as english,
        house.signed_in("8002", lambda call: LetRing()) as chinese,
    ):
        assert await house.post("/agents/8001/pause", reason="break") == 200
        call = await waits(house, caller, number=ROUND_THE_CLOCK, language="2")
        await until(lambda: bool(house.logged("way out suggested", since)), 15.0)  # so a while later
        await house.in_place(caller, "waiting")
        assert await house.post("/agents/8001/ready") == 200
        await call.hear_tone(AGENT, timeout_s=15.0)
        assert english.calls
        assert chinese.new_calls.empty()
        await call.hang_up()
    await house.nobody_left()


async def test_outside_of_the_hours_nobody_is_promised_a_callback(house: LiveSite) -> None:
    await house.publish({"dialplans/hours.yaml": CLOSED}, {})
    caller, since = "13900002000", house.log_file.stat().st_size
    async with house.signed_in("8001", lambda call: LetRing()):
        assert await house.post("/agents/8001/pause", reason="break") == 200
        call = await waits(house, caller, number=ROUND_THE_CLOCK)
        await asks_for_callback(call)
        await call.hear_tone(REFUSED)
        await house.in_place(caller, "waiting")
        assert house.logged("callback refused", since)[0]["detail"] == "outside of the hours service"
        await call.hang_up()
    await house.nobody_left()


async def test_a_morning_of_callbacks(house: LiveSite) -> None:
    """One is called back at the second try on a number keyed in, one is on the do-not-call list and leaves a message,
    one is not called before it expires."""
    await house.publish({"dialplans/hours.yaml": OPEN}, {})
    since = house.log_file.stat().st_size
    called_back, other_number, expires = "13900002001", "13900002009", "13900002003"
    tries = iter((LetRing(), Answer(clip=tone(CALLER, 1.0))))
    own = AgentPhone(house.endpoint, house.registrar, Credentials(f"+86{other_number}", ""), lambda call: next(tries))
    try:
        async with (
            house.signed_in("8001", lambda call: Answer(clip=tone(AGENT, 1.0))) as phone,
            house.signed_in("8002", lambda call: LetRing()),
        ):
            for agent in ("8001", "8002"):
                assert await house.post(f"/agents/{agent}/pause", reason="break") == 200
            await asyncio.gather(
                _books(house, called_back, "0", other_number),
                _books(house, expires, "3"),
                _leaves_a_message(house, UNWANTED),
            )
            assert await house.post("/agents/8001/ready") == 200
            for number in range(2):
                ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
                await ringing.hear_speech()
                assert own.new_calls.empty(), "nobody is dialled before the agent says so"
                await ringing.press("1")
                dialled = await asyncio.wait_for(own.new_calls.get(), 20.0)
                if number == 0:
                    await ringing.ended(timeout_s=15.0)
                    assert (await house.in_place(called_back, "booked"))["agent"] is None
            await dialled.hear_tone(AGENT)
            await ringing.hear_tone(CALLER)
            await house.in_place(called_back, "talking")
            await dialled.hang_up()
            await ringing.ended(timeout_s=20.0)
            await until(lambda: bool(house.logged("callback given up", since)), 20.0)
    finally:
        await own.close()
    assert house.logged("callback given up", since)[0]["detail"] == "expired"
    row, late = await house.row_of(called_back), await house.row_of(expires)
    assert (row["outcome"], row["agent"], late["outcome"]) == ("answered", "8001", "unreached")
    booked = house.rows("SELECT call, number, outcome, tries FROM callbacks ORDER BY outcome")
    assert booked == [
        (late["call"], f"+86{expires}", "expired", 0),
        (row["call"], f"+86{other_number}", "reached", 2),
    ]
    message = await house.row_of(UNWANTED)
    assert message["outcome"] == "message"
    assert house.rows("SELECT kind, box FROM recordings WHERE call = ?", message["call"]) == [("message", "front_desk")]
    cases = house.rows("SELECT category, call FROM cases ORDER BY category")
    assert cases == [("callback", message["call"]), ("complaint", late["call"])]
    assert house.logged("callback refused", since)[0]["detail"] == "on the do-not-call list"
    await house.nobody_left()


async def _books(house: LiveSite, caller: str, key: str, another_number: str = "") -> None:
    call = await waits(house, caller, key)
    await asks_for_callback(call, another_number)
    await call.hear_tone(KEPT)
    await call.ended(timeout_s=10.0)
    await house.in_place(caller, "booked")


async def _leaves_a_message(house: LiveSite, caller: str) -> None:
    call = await waits(house, caller)
    await asks_for_callback(call)
    await call.hear_tone(REFUSED)
    await call.hear_tone(MESSAGE, timeout_s=20.0)
    await call.press("2")
    await call.hear_tone(VOICEMAIL)
    recording = house.asterisk.settings.recording_dir
    await until(lambda: any(file.stat().st_size > 16_000 for file in recording.glob("*.wav")), 15.0)  # a second of it
    await call.press("#")
    await call.hear_tone(SAVED, timeout_s=15.0)
    await call.ended(timeout_s=10.0)
