"""docs/trunks.md, followed to the letter: from the letter of the carrier to a call in and out."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hotline.site.site import Site
from phones.audio import tone
from phones.caller import PhoneLine
from phones.digest import Credentials
from switch.asterisk.instance.installation import Installation
from tests.live.conftest import until
from tests.live.gateway import Gateway
from tests.live.live_site import ROOT
from tests.live.sample import LANGUAGE
from tests.live.site_files import CALLER
from tests.live.test_sample_callbacks import OPEN, ROUND_THE_CLOCK, Shortened
from tests.live.test_trunks import FLOW, OUT, OUTSIDE, answers_at, hands_on

pytestmark = pytest.mark.live

PAGE = (ROOT / "docs/trunks.md").read_text(encoding="utf-8").partition("## Every setting")[0]
BLOCKS = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
USER, PASSWORD = "4000095183", "the password of the letter"


class NewSite(Shortened):
    """The sample as it is shipped, without a trunk; one flow more calls outside."""

    def make_site(self, switch: Mapping[str, Any], web_port: int) -> Site:
        site = super().make_site(switch, web_port)
        (self.folder / "dialplans/hours.yaml").write_text(OPEN)
        (self.folder / "dialplans/flows/outside.yaml").write_text(FLOW)
        entry = self.folder / "dialplans/entry.yaml"
        entry.write_text(entry.read_text() + f'"{OUT}": outside\n')
        hands_on(self.folder)
        return site


async def test_the_page(installation: Installation, tmp_path: Path) -> None:
    gateway = await Gateway.at("127.0.0.2", Credentials(USER, PASSWORD))
    own = answers_at(gateway, f"+86{OUTSIDE}")
    try:
        async with NewSite(tmp_path / "site", installation) as house:
            for language, text in BLOCKS.findall(PAGE):
                if language == "yaml":
                    assert "sip.carrier.example" in text
                    written = text.replace("sip.carrier.example", gateway.address)
                    (house.folder / "dialplans/trunks.yaml").write_text(written, encoding="utf-8")
                else:
                    for line in text.splitlines():
                        await _run(line.replace("/srv/hotline", str(house.folder)))
            await until(lambda: gateway.registered)

            async def says_so() -> bool:
                printed = await _run(f"hotline trunks --site {house.folder}")
                return {"carrier", "up", "yes"} <= {*printed.split()}

            await until(says_so, 20.0, 0.5)
            inside = PhoneLine(gateway, house.registrar)
            call = await inside.dial(ROUND_THE_CLOCK, caller_id=OUTSIDE, clip=tone(CALLER, 1.0))
            await call.hear_tone(LANGUAGE)
            await call.hang_up()
            call = await house.dial("13900003009", OUT)
            called = await asyncio.wait_for(own.new_calls.get(), 15.0)
            await called.hear_tone(CALLER)
            assert called.facts.from_user.endswith(USER)
            await call.hang_up()
            await house.nobody_left()
    finally:
        await own.close()
        gateway.close()


async def _run(line: str) -> str:
    """One line of a console, as a shell runs it; what it printed."""
    line = re.sub(r"^hotline ", f"{sys.executable} -m hotline ", line)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_shell(
        line, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=env, cwd=ROOT
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0, (line, printed.decode())
    return printed.decode()
