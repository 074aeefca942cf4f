"""Trunks on a real Asterisk: a callback of the sample by a gateway with a password, fail-over, wrong passwords told."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml

from hotline.site.site import Site
from phones.agent_phone import AgentPhone, Answer
from phones.audio import tone
from phones.caller import PhoneLine
from phones.digest import Credentials
from switch.asterisk.instance.installation import Installation
from tests.live.conftest import until
from tests.live.gateway import Gateway
from tests.live.live_site import ROOT
from tests.live.sample import KEPT, LANGUAGE, shorten
from tests.live.site_files import AGENT, CALLER
from tests.live.test_sample_callbacks import OPEN, ROUND_THE_CLOCK, Shortened, asks_for_callback, waits

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

USER, PASSWORD = "4000095183", "open sesame"
SHOWN = "+862195183000"
OUT = "4000995183"
OUTSIDE = "13900003001"
FLOW = f"flow: outside\nstart: out\nout: {{transfer: 'tel:{OUTSIDE}', ring_s: 20, then: hangup}}\n"

SCENE = """\
scenes:
  handed_on:
    about: Callers whom a flow hands on
    category: service
    channel: human
    department: service
    owner: service_office
    caller_ids: main
    script_elsewhere: they say themselves what it is about
"""


def hands_on(folder: Path) -> None:
    """Let flows call one number outside as often as these tests do."""
    (folder / "dialplans/scenes/outside.yaml").write_text(SCENE)
    transfers = folder / "dialplans/transfers.yaml"
    transfers.write_text(transfers.read_text() + "scene: handed_on\n")
    shorten(folder / "dialplans/policies/house.yaml", {"[human, ai, ivr, follow_up]": "[ai, ivr, follow_up]"})


class TrunkSite(Shortened):
    """The sample with trunks: `dead` answers nothing, `carrier` wants a password, `backup` wants none."""

    refused = "wrong credentials: the gateway refuses our user and password (SIP 401)"
    """Why a call fails by a gateway that does not take our password."""
    dead_known_s = 20.0
    """In which the switch knows that a gateway does not answer."""
    carrier: Gateway
    dead: Gateway
    backup: Gateway

    def trunks(self) -> dict[str, Any]:
        """trunks.yaml."""
        carrier = {
            "address": self.carrier.address,
            "register": True,
            "user": USER,
            "secret": "carrier",
            "caller_ids": [SHOWN],
            "probe_s": 1,
            "max_calls": 2,
            "outgoing": {"form": "national", "prefix": "9"},
            "incoming": {"form": "plain"},
        }
        return {"trunks": {"carrier": carrier}}

    def make_site(self, switch: Mapping[str, Any], web_port: int) -> Site:
        site = super().make_site(switch, web_port)
        (self.folder / "dialplans/trunks.yaml").write_text(yaml.safe_dump(self.trunks()))
        (self.folder / "dialplans/hours.yaml").write_text(OPEN)
        (self.folder / "dialplans/flows/outside.yaml").write_text(FLOW)
        entry = self.folder / "dialplans/entry.yaml"
        entry.write_text(entry.read_text() + f'"{OUT}": outside\n')
        hands_on(self.folder)
        (site.state / "secrets").mkdir(parents=True)
        self.password(PASSWORD)
        return site

    def password(self, password: str) -> None:
        """Write it where trunks.yaml says."""
        (self.folder / "var/secrets/carrier").write_text(password + "\n")

    async def trunk(self, name: str) -> dict[str, Any]:
        """As the server shows it."""
        async with self.session.get("/trunks") as answer:
            rows = await answer.json()
        return next((dict(row) for row in rows if row["trunk"] == name), {})

    async def trunk_is(self, name: str, state: str, deadline_s: float = 20.0) -> dict[str, Any]:
        """The trunk once it is in that state."""

        async def so() -> bool:
            return (await self.trunk(name)).get("state") == state

        await until(so, deadline_s, 0.1)
        return await self.trunk(name)

    async def publish_trunks(self, trunks: Mapping[str, Any]) -> None:
        await self.publish({"dialplans/trunks.yaml": yaml.safe_dump({"trunks": dict(trunks)})}, {})

        async def taken() -> bool:
            return {row["trunk"]: row["address"] for row in (await self.live())["trunks"]} == {
                name: trunk["address"] for name, trunk in trunks.items()
            }

        await until(taken)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TrunkSite]:
    async with with_gateways(TrunkSite(tmp_path_factory.mktemp("trunks"), installation)) as house:
        yield house


@asynccontextmanager
async def with_gateways(site: TrunkSite) -> AsyncIterator[TrunkSite]:
    """The house, and what its trunks lead to."""
    site.carrier = await Gateway.at("127.0.0.2", Credentials(USER, PASSWORD))
    site.dead = await Gateway.at("127.0.0.3")
    site.backup = await Gateway.at("127.0.0.4")
    site.dead.silent = True
    try:
        async with site:
            yield site
    finally:
        for gateway in (site.carrier, site.dead, site.backup):
            gateway.close()


def answers_at(gateway: Gateway, number: str) -> AgentPhone:
    """Somebody outside."""
    return AgentPhone(
        gateway, (gateway.host, 5060), Credentials(number, ""), lambda call: Answer(clip=tone(CALLER, 1.0))
    )


async def test_a_callback_of_the_sample_goes_by_a_gateway_with_a_password(house: TrunkSite) -> None:
    trunk = await house.trunk_is("carrier", "up")
    await until(lambda: house.carrier.registered)
    caller = "13900003000"
    own = answers_at(house.carrier, f"9{caller}")
    try:
        async with house.signed_in("8001", lambda call: Answer(clip=tone(AGENT, 1.0))) as phone:
            assert await house.post("/agents/8001/pause", reason="break") == 200
            call = await waits(house, caller, number=ROUND_THE_CLOCK)
            await asks_for_callback(call)
            await call.hear_tone(KEPT)
            await call.ended(timeout_s=10.0)
            assert await house.post("/agents/8001/ready") == 200
            ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
            await ringing.hear_speech()
            await ringing.press("1")
            called = await asyncio.wait_for(own.new_calls.get(), 20.0)
            await called.hear_tone(AGENT)
            await ringing.hear_tone(CALLER)
            shown = SHOWN.replace("+86", "0")
            assert called.facts.from_user == shown, "the number that the trunk lets us show, as it wants it"
            trunk = await house.trunk("carrier")
            assert (trunk["calls"], trunk["max_calls"], trunk["registered"]) == (1, 2, True)
            await ringing.hang_up()
            await called.ended(timeout_s=20.0)
    finally:
        await own.close()
    await house.nobody_left()
    assert house.rows("SELECT outcome FROM callbacks WHERE number = ?", f"+86{caller}") == [("reached",)]


async def test_a_dead_gateway_is_known_and_passed_over(house: TrunkSite) -> None:
    dead = {"address": house.dead.address, "order": 1, "probe_s": 1}
    await house.publish_trunks({"dead": dead, "carrier": house.trunks()["trunks"]["carrier"] | {"order": 2}})
    seen = await house.trunk_is("dead", "down", house.dead_known_s)
    assert seen["detail"] == "its gateway does not answer"
    async with house.session.get("/health") as answer:
        health = await answer.json()
    assert health["ok"]
    assert "trunk dead is down: its gateway does not answer" in health["warnings"]
    began = asyncio.get_running_loop().time()
    await _goes_out(house, house.carrier, f"9{OUTSIDE}")
    assert asyncio.get_running_loop().time() - began < 5.0, "nobody waits for a gateway that is known to be dead"


async def test_a_gateway_that_falls_silent_is_given_up_for_the_next_within_the_same_call(house: TrunkSite) -> None:
    dead = {"address": house.dead.address, "order": 1, "probe_s": 0, "progress_s": 1.5}
    await house.publish_trunks({"dead": dead, "backup": {"address": house.backup.address, "order": 2}})
    await _goes_out(house, house.backup, f"+86{OUTSIDE}")
    seen = await house.trunk("dead")
    assert [failure["reason"] for failure in seen["failures"]] == ["nothing was heard for 1.5 s"]
    assert (seen["calls"], (await house.trunk("backup"))["calls"]) == (0, 0), "after the end nothing is left over"


async def test_a_gateway_that_is_full_is_followed_by_the_next(house: TrunkSite) -> None:
    await house.publish_trunks(
        {
            "carrier": house.trunks()["trunks"]["carrier"],
            "backup": {"address": house.backup.address, "order": 2},
        }
    )
    await house.trunk_is("carrier", "up")
    house.carrier.answers_with = 503
    try:
        await _goes_out(house, house.backup, f"+86{OUTSIDE}")
    finally:
        house.carrier.answers_with = 0
    assert (await house.trunk("carrier"))["failures"][0]["reason"] == "SIP 503"


async def test_a_number_that_is_busy_is_not_tried_by_another_trunk(house: TrunkSite) -> None:
    house.carrier.answers_with, before = 486, len(house.backup.calls_per_invite)
    try:
        call = await house.dial("13900003003", OUT)
        await call.ended(timeout_s=10.0)
    finally:
        house.carrier.answers_with = 0
    assert len(house.backup.calls_per_invite) == before
    await house.nobody_left()


async def test_a_wrong_password_says_so(house: TrunkSite) -> None:
    await house.publish_trunks(house.trunks()["trunks"])
    await house.trunk_is("carrier", "up")
    since = house.log_file.stat().st_size
    house.password("open says me")
    try:
        why = f"its gateway refuses user {USER} and the password of var/secrets/carrier"

        async def refused() -> bool:
            return str((await house.trunk_is("carrier", "down", 30.0))["detail"]).startswith(why)

        await until(refused, 30.0, 0.1)
        await until(lambda: bool(house.logged("trunk down", since)))
        call = await house.dial("13900003004", OUT)
        await call.ended(timeout_s=15.0)
        failed = (await house.trunk("carrier"))["failures"][0]["reason"]
        assert failed == house.refused
        told = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hotline", "trunks", "--json", "--site", str(house.folder)),
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        printed, _ = await told.communicate()
        assert told.returncode == 1
        assert json.loads(printed)[0]["detail"].startswith(why)
    finally:
        house.password(PASSWORD)
    await house.trunk_is("carrier", "up", 40.0)
    await house.nobody_left()


async def test_a_trunk_whose_password_is_not_there_is_left_out_and_the_others_work(house: TrunkSite) -> None:
    lost = house.trunks()["trunks"]["carrier"] | {"secret": "lost"}
    await house.publish_trunks({"carrier": lost, "backup": {"address": house.backup.address, "order": 2}})
    seen = await house.trunk_is("carrier", "down")
    assert seen["detail"].startswith("its password cannot be read")
    await _goes_out(house, house.backup, f"+86{OUTSIDE}")


async def test_numbers_of_an_arrival_are_read_as_its_trunk_writes_them(house: TrunkSite) -> None:
    await house.publish_trunks(house.trunks()["trunks"])
    await house.trunk_is("carrier", "up")
    other = PhoneLine(house.carrier, house.registrar)
    call = await other.dial("4000395183", caller_id="4930123456", clip=tone(CALLER, 1.0))
    await call.hear_tone(LANGUAGE)
    assert (await house.trunk("carrier"))["calls"] == 1, "arrivals count, too"
    await call.hang_up()
    await house.nobody_left()
    await until(lambda: bool(house.rows("SELECT 1 FROM calls WHERE caller = '+4930123456'")))


async def _goes_out(house: TrunkSite, gateway: Gateway, number: str) -> None:
    """A caller is transferred to somebody outside, and both hear each other."""
    own = answers_at(gateway, number)
    try:
        call = await house.dial("13900003002", OUT)
        called = await asyncio.wait_for(own.new_calls.get(), 15.0)
        await called.hear_tone(CALLER)
        await call.hear_tone(CALLER)
        await call.hang_up()
        await called.ended(timeout_s=20.0)
    finally:
        await own.close()
    await house.nobody_left()
