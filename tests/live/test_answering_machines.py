"""Answering machines on a real Asterisk: phones that answer as people and machines do, and what they are taken for."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import pytest_asyncio
import yaml

from hotline.demo.greetings import HELLOS, MAILBOXES, mailbox, silence
from hotline.site.site import Site
from phones.agent_phone import Answer
from phones.audio import RATE_HZ, Clip, load_wav, murmur, tone
from sim.answering_machines.hearing import heard
from speech.cast import record_line, speaker
from switch.asterisk.instance.installation import Installation
from tests.live.campaign_site import CampaignSite
from tests.live.conftest import until
from tests.live.gateway import Gateway
from tests.live.site_files import AGENT, record

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

HELLO, MAILBOX, MESSAGE, NOBODY, EARLY, ANSWERS = "hello", "mailbox", "message", "nobody", "early", "answers"
"""Campaigns, each with a list and a scene of its name."""
PEOPLE = {
    name: (f"1390002{place:04d}",) for place, name in enumerate((HELLO, MAILBOX, MESSAGE, NOBODY, EARLY, ANSWERS))
}
LEFT_HZ = 900
"""What a machine hears, in Hz."""


class House(CampaignSite):
    people = PEOPLE
    changes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        name: {"disposition_required": False, "ring": "15 s", "answering_machine": words}
        for name, words in {
            HELLO: {},
            MAILBOX: {},
            MESSAGE: {"message": "call_us"},
            NOBODY: {},
            EARLY: {"before_answer": "counts"},
            ANSWERS: {"message": "call_us"},
        }.items()
    }

    def make_site(self, switch: Mapping[str, Any], web_port: int) -> Site:
        site = super().make_site(switch, web_port)
        prompts = self.folder / "prompts/en.yaml"
        prompts.write_text(yaml.safe_dump({**yaml.safe_load(prompts.read_text()), "call_us": "beep"}))
        record(self.folder / "prompts/recordings/en/call_us.wav", LEFT_HZ, 4.0)
        return site


def sound(*parts: Clip) -> Clip:
    return Clip(np.concatenate([part.samples for part in parts]))


def speech(lasts_s: float) -> Clip:
    return murmur(random.Random(4), lasts_s)


MACHINE = sound(silence(0.3), speech(8.0), silence(0.6), tone(1000, 0.4), silence(30.0))
"""A mailbox: eight seconds of speech, then a beep."""


async def spoken(folder: Path, text: str, number: int = 0) -> Clip:
    """The house's voice says it."""
    stem = await record_line(folder, speaker(number), text, "zh-CN" if text > "一" else "en")
    return load_wav(stem.with_suffix(".wav"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    site = House(tmp_path_factory.mktemp("answering_machines"), installation)
    site.carrier = await Gateway.at("127.0.0.3")
    try:
        async with site:
            yield site
    finally:
        site.carrier.close()


async def test_a_person_who_says_hello_is_with_an_agent_within_two_seconds_of_it(house: House, tmp_path: Path) -> None:
    (number,) = PEOPLE[HELLO]
    says = sound(silence(0.4), await spoken(tmp_path, HELLOS[0]), silence(30.0))
    ((_, greets_s),) = heard(says.samples, RATE_HZ)
    async with (
        house.signed_in("8001", lambda call: Answer(clip=tone(AGENT, 1.0))),
        house.person(number, lambda call: Answer(0.3, clip=says)) as person,
    ):
        await house.order(HELLO)
        called = await asyncio.wait_for(person.new_calls.get(), 20.0)
        heard_at = await called.hear_tone(AGENT)
        assert called.facts.answered_at is not None
        greeted_at = called.facts.answered_at + greets_s
        assert 0.6 < heard_at - greeted_at < 2.0, "not before it was over, and in time"
        await called.hang_up()
        (row,) = await house.tried(HELLO)
    assert (row["result"], row["agent"], row["abandoned"]) == ("talked", "8001", 0)


async def test_a_mailbox_is_hung_up_and_no_agent_hears_of_it(house: House, tmp_path: Path) -> None:
    (number,) = PEOPLE[MAILBOX]
    greets = mailbox([await spoken(tmp_path, sentence) for sentence in MAILBOXES[0]])
    async with (
        house.signed_in("8001", lambda call: Answer()) as phone,
        house.person(number, lambda call: Answer(0.3, clip=greets)) as person,
    ):
        await house.order(MAILBOX)
        called = await asyncio.wait_for(person.new_calls.get(), 20.0)
        await called.ended(10.0)
        facts = called.facts
        assert facts.answered_at is not None
        assert facts.ended_at is not None
        assert 2.5 < facts.ended_at - facts.answered_at < 5.0, "long before it has spoken"
        (row,) = await house.tried(MAILBOX)
        assert phone.new_calls.empty()
    assert (row["result"], row["agent"], row["abandoned"]) == ("machine", "", 0)
    assert house.states(MAILBOX) == {"due": 1}


async def test_a_mailbox_hears_the_message_after_its_beep(house: House) -> None:
    (number,) = PEOPLE[MESSAGE]
    async with (
        house.signed_in("8001", lambda call: Answer()) as phone,
        house.person(number, lambda call: Answer(0.3, clip=MACHINE)) as person,
    ):
        await house.order(MESSAGE)
        called = await asyncio.wait_for(person.new_calls.get(), 20.0)
        heard_at = await called.hear_tone(LEFT_HZ, 20.0)
        assert called.facts.answered_at is not None
        beep_over_at = called.facts.answered_at + 0.3 + 8.0 + 0.6 + 0.4
        assert 1.2 < heard_at - beep_over_at < 2.5
        await called.ended(10.0)
        (row,) = await house.tried(MESSAGE)
        assert phone.new_calls.empty()
    assert (row["result"], row["abandoned"]) == ("machine", 0)


async def test_who_answers_to_the_message_was_a_person(house: House) -> None:
    (number,) = PEOPLE[ANSWERS]
    async with (
        house.signed_in("8001", lambda call: Answer()),
        house.person(number, lambda call: Answer(0.3, clip=sound(speech(3.5), silence(30.0)))) as person,
    ):
        await house.order(ANSWERS)
        called = await asyncio.wait_for(person.new_calls.get(), 20.0)
        await called.hear_tone(LEFT_HZ, 20.0)
        await asyncio.sleep(1.0)  # a person takes their time
        called.say(speech(0.6))
        await called.ended(10.0)
        (row,) = await house.tried(ANSWERS)
    assert (row["result"], row["abandoned"]) == ("taken_for_machine", 1)


async def test_a_silent_line_is_nobody(house: House) -> None:
    (number,) = PEOPLE[NOBODY]
    async with (
        house.signed_in("8001", lambda call: Answer()) as phone,
        house.person(number, lambda call: Answer(0.3, clip=silence(5.0))) as person,
    ):
        await house.order(NOBODY)
        called = await asyncio.wait_for(person.new_calls.get(), 20.0)
        await called.ended(10.0)
        facts = called.facts
        assert facts.answered_at is not None
        assert facts.ended_at is not None
        assert 2.3 < facts.ended_at - facts.answered_at < 4.0
        (row,) = await house.tried(NOBODY)
        assert phone.new_calls.empty()
    assert (row["result"], row["abandoned"]) == ("silence", 0)


async def test_a_greeting_in_early_media_counts(house: House) -> None:
    """A network's mailbox that speaks before it answers, and beeps then: as short as a hello."""
    (number,) = PEOPLE[EARLY]
    greets = sound(*(part for _ in range(4) for part in (speech(1.0), silence(0.5))))
    async with (
        house.signed_in("8001", lambda call: Answer()) as phone,
        house.person(
            number, lambda call: Answer(6.2, clip=sound(silence(0.2), tone(1000, 0.4), silence(30.0)), early=greets)
        ) as person,
    ):
        await house.order(EARLY)
        called = await asyncio.wait_for(person.new_calls.get(), 20.0)
        await called.ended(20.0)
        (row,) = await house.tried(EARLY)
        assert phone.new_calls.empty()
    assert (row["result"], row["abandoned"]) == ("machine", 0)
    await until(lambda: house.ended(EARLY) == {})
