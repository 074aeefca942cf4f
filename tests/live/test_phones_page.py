"""docs/phones.md and docs/agents.md, followed to the letter with a phone that is none of ours."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from switch.asterisk.instance.installation import Installation
from tests.live.baresip import Baresip
from tests.live.conftest import until
from tests.live.live_site import ROOT
from tests.live.strangers_site import StrangersSite

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

PHONES = (ROOT / "docs/phones.md").read_text(encoding="utf-8")
AGENTS = (ROOT / "docs/agents.md").read_text(encoding="utf-8")
QUEUES = "queues: {care: {record: true, ring_s: 4, wrap_up_s: 60, miss_limit: 3}}\n"
_ROW = re.compile(r"^\| `(\*6\d)` \| ([^|]*) \| `POST ([^`]*)` \|$", re.MULTILINE)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StrangersSite]:
    async with StrangersSite(tmp_path_factory.mktemp("pages") / "site", installation) as site:
        await site.publish({"dialplans/queues.yaml": QUEUES}, {})
        yield site


async def _phone_of_the_page(house: StrangersSite) -> Baresip:
    """The page's own line of an account, with the password that the page's own command finds."""
    command = re.search(r"^```console\n(grep .*)\n```$", PHONES, re.MULTILINE)
    line = re.search(r"^```text\n(<sip:.*)\n```$", PHONES, re.MULTILINE)
    assert command is not None
    assert line is not None
    process = await asyncio.create_subprocess_shell(
        command[1].replace("/srv/hotline", str(house.folder)), stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    password = printed.decode().strip().rstrip(",").rpartition(": ")[2].strip('"')
    address = f"{house.registrar[0]}:{house.registrar[1]}"
    account = line[1].replace("192.0.2.1:5060", address).replace("PASSWORD", password)
    return Baresip(house.folder.parent / "phone-of-the-page", "agent-8001", house.registrar, line=account + "\n")


async def test_the_page_of_phones(house: StrangersSite) -> None:
    """Its steps to try it, then every code of its table, dialled and over HTTP: both do the same."""
    codes = _ROW.findall(PHONES)
    assert [code for code, _, _ in codes] == ["*61", "*62", "*63", "*64", "*65", "*67"]
    states = {"*61": "idle", "*62": "offline", "*63": "paused", "*64": "idle"}
    async with await _phone_of_the_page(house) as phone:
        await phone.registered()
        await house.star_code(phone, "*61")
        await house.agent_is("8001", "idle")
        async with house.callers_phone("13900004101") as caller:
            await house.talk(caller, phone)
            await caller.do("hangup")
            await phone.told("CALL_CLOSED", len(phone.events) - 1)
        await house.agent_is("8001", "wrap_up")
        await house.star_code(phone, "*65")
        await house.agent_is("8001", "idle")
        for over_http in (False, True):
            for code in ("*63", "*64", "*62", "*61"):
                path = next(path for of, _, path in codes if of == code).replace("{agent}", "8001")
                if over_http:
                    assert await house.post(path, **({"reason": "break"} if code == "*63" else {})) == 200
                else:
                    await house.star_code(phone, code)
                await house.agent_is("8001", states[code])
        await house.star_code(phone, "*62")
        await house.agent_is("8001", "offline")


async def test_the_day_of_the_page_for_agents(house: StrangersSite) -> None:
    """The codes of its numbered steps, in their order, with what each step says."""
    day = AGENTS.partition("\n## A day\n")[2].partition("\n## ")[0]
    steps = [re.findall(r"`(\*?\d+)`", step) for step in re.split(r"^\d\. ", day, flags=re.MULTILINE)[1:]]
    assert steps == [["*61"], [], ["1"], ["*9"], ["*65", "*67", "*65"], ["*63"], ["*64"], ["*62"]]
    number = "13900004102"
    async with house.agents_phone() as phone:
        await phone.registered()
        await house.star_code(phone, "*61")
        await house.agent_is("8001", "idle")
        async with house.callers_phone(number) as caller:
            since = len(phone.events)
            await house.talk(caller, phone)
            ring = await phone.rings(since)
            assert number in ring["peeruri"]
            assert ring["peerdisplayname"] == "care"
            for key in "*9":
                await phone.do("sndcode", key)
            query = "SELECT category FROM cases WHERE category = 'agent'"
            await until(lambda: bool(house.rows(query)), 10.0)
            await caller.do("hangup")
        await house.agent_is("8001", "wrap_up")
        await house.star_code(phone, "*65")
        await house.agent_is("8001", "idle")
        await house.star_code(phone, "*63")
        await house.agent_is("8001", "paused")
        await house.star_code(phone, "*64")
        await house.agent_is("8001", "idle")
        await house.star_code(phone, "*62")
        await house.agent_is("8001", "offline")
