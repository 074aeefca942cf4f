"""Asterisk keeps who is called and answers while no controller is there: for a while, with music; and not when its
dialplan is of an earlier release, under which calls go out as they did. That the next controller gets them is in
tests/contract/test_resync.py."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import aiohttp
import pytest

from calls.commands import Originate, Play
from calls.events import CallAnswered, CallRinging, SwitchBack
from calls.ids import LegId
from switch.asterisk import called
from switch.asterisk.instance.settings import TEMPLATES
from tests.contract.asterisk_rig import asterisk_rig
from tests.contract.rig import LeaveRinging, PickUp, Steps
from tests.live.conftest import until

pytestmark = pytest.mark.live


async def test_who_answers_hears_music_and_is_hung_up_when_nobody_comes(tmp_path: Path) -> None:
    async with asterisk_rig(tmp_path, answered_wait_s=8.0) as rig:  # music begins anywhere, in a rest, too
        phone, leg = await rig.phone("1001", LeaveRinging()), Steps(rig).leg()
        rig.switch.send(Originate(leg, Steps(rig).attempt(), "phone:1001", "95001", "", 20.0))
        await rig.events.next(CallRinging)
        await rig.switch.close()
        await phone.pick_up()
        agent = await phone.on_call(leg)
        await agent.hears("music")
        await agent.gone()


async def test_a_dialplan_of_an_earlier_release_still_calls(tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(TEMPLATES, templates)
    dialplan = templates / "extensions.conf"
    earlier = re.sub(rf"\[{called.CONTEXT}\]\n.*?\n(?=\[)", "", dialplan.read_text(), flags=re.DOTALL)
    assert "[hotline-given-away]" in earlier
    assert called.CONTEXT not in earlier
    dialplan.write_text(earlier)
    async with asterisk_rig(tmp_path, templates=templates) as rig:
        steps = Steps(rig)
        phone = await rig.phone("1001", PickUp())
        for _ in range(2):  # the first learns it, the second knows
            agent = await steps.answered_phone(phone)
            rig.switch.send(Play(agent.leg, steps.attempt(), (rig.clip("low"),)))
            await agent.hears("low")
            await agent.hang_up()
            await rig.events.ended(agent.leg)
        assert len(rig.events.of(CallAnswered)) == 2


async def test_a_phone_that_was_called_as_the_controller_died_is_the_next_one_s(tmp_path: Path) -> None:
    """It had asked for the call, and was killed before it asked to be told of it."""
    async with asterisk_rig(tmp_path) as rig:
        phone, settings = await rig.phone("1001", LeaveRinging()), rig.asterisk.settings
        body = {"endpoint": "PJSIP/agent-1001", **called.PLACE, "variables": {called.MARK: settings.application}}
        async with aiohttp.ClientSession(headers=settings.ari_headers) as session:
            async with session.post(f"{settings.ari_url}/channels/leg-1", json=body) as answer:
                assert answer.status == 200
            ringing = f"{settings.ari_url}/channels/leg-1"

            async def rings() -> bool:
                async with session.get(ringing) as answer:
                    return bool((await answer.json())["state"] == "Ringing")

            await until(rings, 10.0)
        await rig.forget()
        assert [(leg.leg, leg.answered) for leg in rig.events.of(SwitchBack)[-1].live] == [("leg-1", False)]
        await phone.pick_up()
        assert (await rig.events.next(CallAnswered)).leg == "leg-1"
        await (await phone.on_call(LegId("leg-1"))).hang_up()
        await rig.events.ended(LegId("leg-1"))
