"""The notice before the talk, and a refusal that is said late, on a real switch."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar

import pytest
import pytest_asyncio
import yaml

from hotline.site.site import Site
from phones.agent_phone import Answer
from phones.audio import tone
from switch.asterisk.instance.installation import Installation
from tests.live.campaign_site import CampaignSite
from tests.live.conftest import until
from tests.live.gateway import Gateway
from tests.live.site_files import AGENT, CALLER, record

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

NOTICED = "noticed"
NOTICE, NOTICE_S = 900, 1.5
NUMBER = "13900014001"


class House(CampaignSite):
    people: ClassVar = {NOTICED: (NUMBER,)}
    changes: ClassVar = {NOTICED: {"wrap_up": "1 s"}}

    def make_site(self, switch: Mapping[str, Any], web_port: int) -> Site:
        site = super().make_site(switch, web_port)
        scenes = self.folder / "dialplans/scenes/all.yaml"
        found = json.loads(scenes.read_text(encoding="utf-8"))
        found["scenes"][NOTICED]["notice"] = "recorded_line"
        scenes.write_text(json.dumps(found), encoding="utf-8")
        prompts = self.folder / "prompts/en.yaml"
        prompts.write_text(yaml.safe_dump({**yaml.safe_load(prompts.read_text()), "recorded_line": "beep"}))
        record(self.folder / "prompts/recordings/en/recorded_line.wav", NOTICE, NOTICE_S)
        return site


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    site = House(tmp_path_factory.mktemp("notices"), installation)
    site.carrier = await Gateway.at("127.0.0.2")
    try:
        async with site:
            yield site
    finally:
        site.carrier.close()


async def test_the_person_hears_the_notice_first_and_a_late_refusal_counts(house: House) -> None:
    async with (
        house.signed_in("8001", lambda call: Answer(clip=tone(AGENT, 1.0))) as phone,
        house.person(NUMBER, lambda call: Answer(0.5, clip=tone(CALLER, 1.0))) as person,
    ):
        await house.order(NOTICED)
        called = await asyncio.wait_for(person.new_calls.get(), 20.0)
        ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await called.hear_tone(NOTICE)
        answered_at = called.facts.answered_at
        assert answered_at is not None
        agent_at = await called.hear_tone(AGENT)
        assert agent_at - answered_at > NOTICE_S - 0.2, "nobody talks to them before its end"
        await ringing.hear_tone(CALLER)
        await called.hang_up()
        await house.agent_is("8001", "idle")  # after-call work was over without a word
        query = "SELECT result, disposition, notice FROM campaign_tries"
        await until(lambda: house.rows(query) == [("talked", "", "recorded_line")])
        await phone.dial("*679")
        await until(lambda: house.rows(query) == [("talked", "complaint", "recorded_line")])
    assert house.states(NOTICED) == {"refused": 1}
    listed = house.rows("SELECT list, number FROM suppression_entries")
    assert listed == [("do_not_call", f"+86{NUMBER}")]
