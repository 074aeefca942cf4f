"""Which phones a controller that starts anew takes for reachable, on a real FreeSWITCH."""

from __future__ import annotations

from pathlib import Path

import pytest

from calls.causes import DeviceState
from calls.events import AgentDeviceChanged, SwitchEvent
from phones.agent_phone import AgentPhone
from phones.digest import Credentials
from phones.endpoint import Endpoint
from switch.freeswitch.adapter import FreeSwitch
from switch.freeswitch.instance.process import FreeSwitchProcess
from switch.freeswitch.instance.upkeep import ask
from switch.freeswitch.registrations import REGISTRATIONS, reachable
from switch.freeswitch.session import FreeSwitchOptions
from tests.live.conftest import until
from tests.live.freeswitch import own_freeswitch

pytestmark = pytest.mark.live

GONE_AFTER_S = 60.0
"""Three pings that are not answered, each given up after 32 s at most (RFC 3261 section 17.1.2.2), side by side."""


async def seen_by_an_heir(process: FreeSwitchProcess) -> set[str]:
    """The phones that a controller which knows nothing takes for reachable once it has taken stock."""
    events: list[SwitchEvent] = []
    options = FreeSwitchOptions(
        process.settings.event_socket_password,
        port=process.settings.event_socket_port,
        recordings_dir=process.settings.recording_dir,
    )
    controller = FreeSwitch(options)
    await controller.start(events.append)
    await controller.close()
    states = {event.device: event.state for event in events if isinstance(event, AgentDeviceChanged)}
    return {device for device, state in states.items() if state is not DeviceState.UNREACHABLE}


async def known(process: FreeSwitchProcess) -> set[str]:
    return set(reachable(await ask(process.settings, REGISTRATIONS)))


async def test_a_phone_that_stopped_answering_is_not_there_and_one_that_answers_outlives_the_switch(
    tmp_path: Path,
) -> None:
    endpoint = await Endpoint.open()
    async with own_freeswitch(tmp_path / "freeswitch", qualify_s=1) as process:
        phones = []
        for account in process.settings.accounts[:2]:
            credentials = Credentials(account.user, account.secret)
            peer = (process.settings.sip_address, process.settings.sip_port)
            phones.append(AgentPhone(endpoint, peer, credentials))
            await phones[-1].register()
        both = {"agent-1001", "agent-1002"}

        async def registered() -> bool:
            return await known(process) == both

        await until(registered)  # the switch writes the table that it shows behind its answer
        assert await seen_by_an_heir(process) == {"1001", "1002"}
        phones[0].vanish()

        async def noticed() -> bool:
            return await known(process) == {"agent-1002"}

        await until(noticed, GONE_AFTER_S)
        assert await seen_by_an_heir(process) == {"1002"}
        await process.kill()
        await process.start()
        assert await seen_by_an_heir(process) == {"1002"}
        await phones[1].close()
    endpoint.close()
