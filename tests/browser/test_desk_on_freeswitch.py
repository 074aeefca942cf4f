"""An agent at the desk in a real browser, on a FreeSWITCH: their phone talks with a SIP caller, both heard."""

import contextlib
import socket
from collections.abc import AsyncIterator
from typing import ClassVar

import pytest
import pytest_asyncio

from switch.freeswitch.instance.installation import locate
from tests.browser.desks import Desk, at_the_desk
from tests.live.freeswitch_site import FreeSwitchSite
from tests.live.site_files import BYE
from tests.ports import free_port

pytestmark = [
    *(pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="module")),
    pytest.mark.skipif(locate() is None, reason="no FreeSWITCH here: HOTLINE_FREESWITCH_PROGRAM names one"),
]


class DeskSite(FreeSwitchSite):
    """The house on a FreeSWITCH that takes browsers as phones; 8001 has none on the desk."""

    agents: ClassVar[tuple[str, ...]] = ("8001", "8002")

    def switch_options(self) -> dict[str, object]:
        """The controller's way in for pages."""
        return {"web_phones_port": free_port(socket.SOCK_STREAM)}

    async def bring_phones(self, stack: contextlib.AsyncExitStack) -> None:
        """Of 8002 alone."""
        phone = self.phones["8002"] = await self._phone("8002")
        stack.push_async_callback(phone.close)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    async with DeskSite(folder, None) as house, at_the_desk(house, folder) as desk:
        yield desk


async def test_both_hear_each_other_and_either_hangs_up(desk: Desk) -> None:
    caller, _ = await desk.talk()
    await desk.page.picture("desk-on-freeswitch")
    await desk.page.click("Hang up")
    await caller.hear_tone(BYE)
    await caller.hang_up()
    await desk.over()
    caller, _ = await desk.talk()
    await desk.page.press("h")
    await desk.page.says("on hold")
    await desk.page.press("h")
    await desk.both_hear(caller)
    await caller.hang_up()
    await desk.over()
