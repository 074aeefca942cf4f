"""While a caller waits, on a real Asterisk: an announcement that an agent cuts off, a callback that keeps the place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from phones.agent_phone import AgentPhone, Answer
from phones.audio import tone
from phones.digest import Credentials
from switch.asterisk.instance.installation import Installation
from tests.live.conftest import until
from tests.live.live_site import LiveSite
from tests.live.site_files import AGENT, CALLER, FLOW

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

ANSWERS = Answer(clip=tone(AGENT, 1.0))
NEXT, OFFER, KEPT, ACCEPT, AGAIN = 300, 1200, 1600, 800, 500
"""What is said besides the house's own words, in Hz."""
NEXT_S = 8.0
QUEUES = """
queues:
  care:
    ring_s: 10
    announce: {first_s: 5, every_s: 60, wait: false}
    callback: {tries: 2, retry_s: 5, ring_s: 10}
    steps: [{after_s: 9, offer: callback}]
    alert_s: [6, 12]
  other: {}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveSite]:
    async with LiveSite(tmp_path_factory.mktemp("house"), installation) as house:
        await offer_callbacks(house)
        yield house


async def offer_callbacks(house: LiveSite) -> None:
    """Publish a version whose queue announces and offers."""
    offers = "offers: {callback: {key: 1, say: callback_offer, then: {hangup: callback_kept}}}"
    flow = FLOW.replace(
        "{queue: care, skills: [care], then: bye}", f"{{queue: care, skills: [care], {offers}, then: bye}}"
    )
    sounds = {
        "queue_next": NEXT,
        "queue_again": AGAIN,
        "callback_offer": OFFER,
        "callback_kept": KEPT,
        "whisper_callback": ACCEPT,
    }
    words = {
        "queue_position": "{position:number}",
        "callback_confirm": "{phone:phone}",
        "callback_number": "number",
        "callback_refused": "no",
    }
    files = {"dialplans/queues.yaml": QUEUES, "dialplans/flows/main.yaml": flow % house.hanging_port}
    await house.publish(files, sounds, words, {"queue_next": NEXT_S})


async def test_an_announcement_is_heard_and_cut_off_by_the_agent(house: LiveSite) -> None:
    call = await house.queued("13900000001")
    at = await call.hear_tone(NEXT)
    async with house.signed_in("8001", lambda call: ANSWERS) as phone:
        await asyncio.wait_for(phone.new_calls.get(), 20.0)
        heard_at = await call.hear_tone(AGENT)
        assert heard_at - at < NEXT_S, "the announcement alone takes as long"
        await call.hang_up()
    await house.nobody_left()


async def test_a_callback_keeps_the_place_and_comes(house: LiveSite) -> None:
    caller = "13900000002"
    number = f"+86{caller}"
    own = AgentPhone(
        house.endpoint, house.registrar, Credentials(number, ""), lambda call: Answer(clip=tone(CALLER, 1.0))
    )
    try:
        call = await house.queued(caller)
        await call.hear_tone(OFFER, timeout_s=20.0)
        await call.press("1")
        await house.in_place(caller, "waiting")
        await call.press("1")  # into the number that is read back
        await call.hear_tone(KEPT)
        await call.ended(timeout_s=10.0)
        waiting = await house.in_place(caller, "booked")
        async with house.signed_in("8001", lambda call: ANSWERS) as phone:
            ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
            await ringing.hear_tone(ACCEPT)
            assert own.new_calls.empty(), "nobody is dialled before the agent says so"
            await ringing.press("1")
            called = await asyncio.wait_for(own.new_calls.get(), 20.0)
            await called.hear_tone(AGENT)
            await ringing.hear_tone(CALLER)
            assert (await house.in_place(caller, "talking"))["call"] == waiting["call"]
            await ringing.hang_up()
            await called.ended(timeout_s=20.0)
    finally:
        await own.close()
    row = await house.row_of(caller)
    assert (row["call"], row["outcome"], row["agent"]) == (waiting["call"], "answered", "8001")
    assert house.rows("SELECT outcome, tries, number FROM callbacks WHERE call = ?", row["call"]) == [
        ("reached", 1, number)
    ]


async def test_who_calls_again_hears_at_once_where_the_first_line_stands(house: LiveSite) -> None:
    mine, other = "13900000003", "13900000004"
    first = await house.queued(mine)
    await house.in_place(mine, "waiting")
    behind = await house.queued(other)
    await house.in_place(other, "waiting")
    again = await house.queued(mine)
    began = asyncio.get_running_loop().time()
    heard_at = await again.hear_tone(AGAIN, timeout_s=10.0)
    assert heard_at - began < 5.0, "before the first announcement is due"
    await first.hang_up()
    async with house.signed_in("8001", lambda call: ANSWERS):
        await again.hear_tone(AGENT, timeout_s=15.0)
        assert (await house.in_place(other, "waiting"))["agent"] is None, "the second line has the first one's place"
        await again.hang_up()
        await behind.hang_up()
    await house.nobody_left()


async def test_long_waits_are_told(house: LiveSite) -> None:
    since = house.log_file.stat().st_size
    call = await house.queued("13900000005")
    await until(lambda: len(house.logged("long wait", since)) == 2, 25.0)
    assert (await house.live())["queues"]["care"]["long_waits"] == 1
    assert [row["detail"] for row in house.logged("long wait", since)] == ["care 0.1 min", "care 0.2 min"]
    await call.hang_up()
    await house.nobody_left()


async def test_a_supervisor_moves_an_agent_to_where_somebody_waits(house: LiveSite) -> None:
    caller = "13900000006"
    async with house.signed_in("8001", lambda call: ANSWERS):
        async with house.session.post("/agents/8001/queues", json={"queues": ["other"]}) as answer:
            assert answer.status == 200
        call = await house.queued(caller)
        await house.in_place(caller, "waiting")
        async with house.session.post("/agents/8001/queues", json={"queues": ["care"]}) as answer:
            assert answer.status == 200
        await call.hear_tone(AGENT, timeout_s=15.0)
        await call.hang_up()
    await house.nobody_left()
