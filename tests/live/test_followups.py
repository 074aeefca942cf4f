"""A follow-up on a real switch: a case is closed, the governor allows, a phone answers, three keys are in the case."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio
import yaml

from hotline.followups import reading
from hotline.site.site import Site
from phones.agent_phone import Answer
from switch.asterisk.instance.installation import Installation
from tests.live.campaign_site import CampaignSite
from tests.live.conftest import until
from tests.live.gateway import Gateway
from tests.live.site_files import record
from tests.unit.hotline.followups.visits import DAY, Visits

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

FIRST, SECOND = "13900017001", "13900017002"
CAMPAIGN = "visits"
SOLVED, WHY, SATISFIED, THANKS = 500, 700, 900, 1400
"""What the questions sound like, in Hz."""
_TONES = {"ask_solved": SOLVED, "ask_why": WHY, "ask_satisfied": SATISFIED, "say_thanks": THANKS}
_ASKED_S = 1.0
"""How long each of them is."""
_QUESTIONS = """\
questionnaires:
  visit:
    refuse: 9
    no_input: {tries: 3}
    wrong: {tries: 3}
    questions:
      solved: {say: ask_solved, yes_no: true, then: {no: why}}
      satisfied: {say: ask_satisfied, scale: 1-5, then: end}
      why: {say: ask_why, choices: {1: slow, 2: rude}, then: satisfied}
    thanks: say_thanks
"""
_RULES = """\
followups:
  after_case: {grades: [level_1], campaign: visits, questionnaire: visit, calendar: always, within: 9 days}
"""
_SCENE = {
    **{"category": "service", "channel": "ivr", "owner": "quality", "caller_ids": "main", "list": "closed_cases"},
    **{"script": "questionnaires/visit", "retry": {"tries": 2, "after": "1 h"}},
}


class House(CampaignSite):
    """Two cases were closed two days ago, before the house knew of follow-ups."""

    people: Mapping[str, tuple[str, ...]] = {}
    cases: dict[str, str]

    def make_site(self, switch: Mapping[str, Any], web_port: int) -> Site:
        site = super().make_site(switch, web_port)
        campaign = {"scene": CAMPAIGN, "mode": "agentless", "ring": "20 s", "at_once": 5}
        files = {
            "dialplans/hours.yaml": "always: {zone: UTC, week: {mon-sun: 00:00-24:00}}\n",
            "dialplans/questionnaires.yaml": _QUESTIONS,
            "dialplans/followups.yaml": _RULES,
            "dialplans/scenes/all.yaml": json.dumps({"scenes": {CAMPAIGN: _SCENE}}),
            "dialplans/campaigns/all.yaml": json.dumps({"campaigns": {CAMPAIGN: campaign}}),
        }
        for name, text in files.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        prompts = self.folder / "prompts/en.yaml"
        texts = {**yaml.safe_load(prompts.read_text()), **dict.fromkeys(_TONES, "beep")}
        prompts.write_text(yaml.safe_dump(texts), encoding="utf-8")
        for name, hz in _TONES.items():
            record(self.folder / f"prompts/recordings/en/{name}.wav", hz, _ASKED_S)
        return site

    def before(self) -> None:
        visits = Visits(self.site.database)
        visits.now = time.time() - 2 * DAY
        self.cases = {number: visits.close_case(f"+86{number}") for number in (FIRST, SECOND)}

    def follow_up(self, number: str) -> dict[str, Any]:
        """The follow-up of somebody; nothing while there is none."""
        found = reading.listing(self.site.database, case=self.cases[number])
        return reading.story(self.site.database, found[0]["number"]) if found else {"state": ""}

    def results(self, number: str) -> list[dict[str, Any]]:
        """What stands in their case."""
        query = 'SELECT fields FROM case_entries WHERE "case" = ? AND kind = ?'
        return [json.loads(fields) for (fields,) in self.rows(query, self.cases[number], "followed_up")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    site = House(tmp_path_factory.mktemp("followups"), installation)
    site.carrier = await Gateway.at("127.0.0.2")
    try:
        async with site:
            yield site
    finally:
        site.carrier.close()


async def test_three_keys_of_a_call_stand_in_the_case_and_a_kill_calls_nobody_twice(house: House) -> None:
    await until(lambda: house.follow_up(FIRST)["state"] == house.follow_up(SECOND)["state"] == "asked", 30.0)
    async with (
        house.person(FIRST, lambda call: Answer(0.1)) as first,
        house.person(SECOND, lambda call: Answer(0.1)) as second,
    ):
        await house.order(CAMPAIGN)
        ours = await asyncio.wait_for(first.new_calls.get(), 20.0)
        theirs = await asyncio.wait_for(second.new_calls.get(), 20.0)
        await ours.hear_tone(SOLVED)
        await ours.press("2")
        await ours.hear_tone(WHY)
        await ours.press("1")
        await theirs.hear_tone(SOLVED)
        await theirs.press("1")
        await theirs.hear_tone(SATISFIED)
        await house.stop_controller(signal.SIGKILL)
        again_from = time.monotonic() + _ASKED_S + 0.5  # the switch plays to its end what it had begun
        await house.start_controller()
        await ours.hear_tone(SATISFIED, 20.0, after=again_from)
        await ours.press("5")
        await theirs.hear_tone(SATISFIED, 20.0, after=again_from)
        await theirs.press("4")
        await ours.hear_tone(THANKS)
        await asyncio.gather(ours.ended(20.0), theirs.ended(20.0))
        await until(lambda: house.follow_up(FIRST)["state"] == house.follow_up(SECOND)["state"] == "done", 30.0)
        assert first.new_calls.empty()
        assert second.new_calls.empty()
    (found,) = house.results(FIRST)
    assert found["answers"] == {"solved": "no", "why": "slow", "satisfied": "5"}
    assert (found["channel"], found["questionnaire"]) == ("phone", "visit")
    (found,) = house.results(SECOND)
    assert found["answers"] == {"solved": "yes", "satisfied": "4"}
    story = house.follow_up(FIRST)
    assert [one["event"] for one in story["log"]] == ["came_due", "asked", "placed", "answered", "results"]
    assert {one["version"] for one in story["answers"]} == {found["version"]}
    assert house.rows("SELECT count(*) FROM campaign_tries WHERE verdict = 'allow'") == [(2,)]
