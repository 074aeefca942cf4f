"""While a caller waits, on a real Asterisk: an announcement that an agent cuts off, a callback that keeps the place."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import yaml

from hotline.publishing import publish
from phones.agent_phone import AgentPhone, Answer
from phones.audio import RATE_HZ, tone
from phones.digest import Credentials
from speech.espeak import Espeak
from switch.asterisk.installation import Installation
from tests.live.conftest import until
from tests.live.house import AGENT, CALLER, FLOW, House

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

ANSWERS = Answer(clip=tone(AGENT, 1.0))
NEXT, OFFER, KEPT, ACCEPT = 300, 1200, 1600, 800
"""What is said besides the house's own words, in Hz."""
QUEUES = """
queues:
  care:
    ring_s: 10
    announce: {first_s: 5, every_s: 60, wait: false}
    callback: {tries: 2, retry_s: 5, ring_s: 10}
    steps: [{after_s: 9, offer: callback}]
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with House(tmp_path_factory.mktemp("house"), installation) as house:
        await _offer_callbacks(house)
        yield house


async def _offer_callbacks(house: House) -> None:
    """Publish a version whose queue announces and offers."""
    offers = "offers: {callback: {key: 1, say: callback_offer, then: {hangup: callback_kept}}}"
    flow = FLOW.replace(
        "{queue: care, skills: [care], then: bye}", f"{{queue: care, skills: [care], {offers}, then: bye}}"
    )
    sounds = {"queue_next": NEXT, "callback_offer": OFFER, "callback_kept": KEPT, "whisper_callback": ACCEPT}
    words = {"queue_position": "{position:number}", "callback_confirm": "{phone:phone}"}
    beeps = dict.fromkeys((*sounds, "callback_number", "callback_refused"), "beep")
    prompts = yaml.safe_load((house.folder / "prompts/en.yaml").read_text())
    files = {
        "dialplans/queues.yaml": QUEUES,
        "dialplans/flows/main.yaml": flow % house.hanging_port,
        "prompts/en.yaml": yaml.safe_dump({**prompts, **words, **beeps}),
    }
    for name, text in files.items():
        (house.folder / name).write_text(text, encoding="utf-8")
    for name, hz in sounds.items():
        _record(house.folder / "prompts/recordings/en" / f"{name}.wav", hz)
    before = (await house.live())["version"]
    await publish(house.site, Espeak())
    assert await house.post("/reload") == 200

    async def taken_up() -> bool:
        return bool((await house.live())["version"] != before)

    await until(taken_up)


def _record(path: Path, hz: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(tone(hz, 3.0).samples.tobytes())


async def test_an_announcement_is_heard_and_cut_off_by_the_agent(house: House) -> None:
    call = await house.queued("13900000001")
    at = await call.hear_tone(NEXT)
    async with house.signed_in("8001", lambda call: ANSWERS) as phone:
        await asyncio.wait_for(phone.new_calls.get(), 5.0)
        heard_at = await call.hear_tone(AGENT)
        assert heard_at - at < 3.0, "the announcement alone takes as long"
        await call.hang_up()
    await house.nobody_left()


async def test_a_callback_keeps_the_place_and_comes(house: House) -> None:
    caller = "13900000002"
    number = f"+86{caller}"
    own = AgentPhone(
        house.endpoint, house.registrar, Credentials(number, ""), lambda call: Answer(clip=tone(CALLER, 1.0))
    )
    try:
        call = await house.queued(caller)
        await call.hear_tone(OFFER)
        await call.press("1")
        await house.in_place(caller, "waiting")
        await call.press("1")  # into the number that is read back
        await call.hear_tone(KEPT)
        await call.ended(timeout_s=10.0)
        waiting = await house.in_place(caller, "booked")
        async with house.signed_in("8001", lambda call: ANSWERS) as phone:
            ringing = await asyncio.wait_for(phone.new_calls.get(), 10.0)
            await ringing.hear_tone(ACCEPT)
            assert own.new_calls.empty(), "nobody is dialled before the agent says so"
            await ringing.press("1")
            called = await asyncio.wait_for(own.new_calls.get(), 10.0)
            await called.hear_tone(AGENT)
            await ringing.hear_tone(CALLER)
            assert (await house.in_place(caller, "talking"))["call"] == waiting["call"]
            await ringing.hang_up()
            await called.ended(timeout_s=5.0)
    finally:
        await own.close()
    row = await house.row_of(caller)
    assert (row["call"], row["outcome"], row["agent"]) == (waiting["call"], "answered", "8001")
    assert house.rows("SELECT outcome, tries, number FROM callbacks WHERE call = ?", row["call"]) == [
        ("reached", 1, number)
    ]
