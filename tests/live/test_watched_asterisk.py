"""Somebody else's Asterisk, a real one, watched by its manager interface: who may, and what calls become."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import panoramisk
import pytest

from hotline.other_systems.dials import Dials, Event, Seen
from hotline.other_systems.manager_account import AccountRefused
from hotline.other_systems.manager_link import watch
from hotline.site.sources import WatchSettings
from tests.contract.asterisk_rig import AsteriskRig, asterisk_rig
from tests.contract.rig import Busy, PickUp
from tests.contract.sip_rig import free_ports

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

_ACCOUNT = "[{name}]\nsecret = {name}-secret\nread = {read}\nwrite = {write}\n"
WATCHING = ("watcher", "call", "")
ACTING = {
    "caller": ("call", "originate"),
    "commander": ("call", "command"),
    "administrator": ("all", "all"),
    "reporter": ("call", "reporting"),
    "configurer": ("", "config"),
}
"""Accounts that may do something there: read and write of each."""
CHANNELS = ("PJSIP/agent-*",)
NUMBER = r"\d{4,}"


@contextlib.asynccontextmanager
async def somebody_elses(folder: Path) -> AsyncIterator[tuple[AsteriskRig, int]]:
    """An Asterisk with these accounts, and the port of its manager interface."""
    port = free_ports(socket.SOCK_STREAM)
    text = f"[general]\nenabled = yes\nport = {port}\nbindaddr = 127.0.0.1\n"
    text += _ACCOUNT.format(name=WATCHING[0], read=WATCHING[1], write=WATCHING[2])
    for name, (read, write) in ACTING.items():
        text += _ACCOUNT.format(name=name, read=read, write=write)
    # ours declines messages that a manager interface wants
    files = {"manager.conf": text, "stasis.conf": "[threadpool]\n\n[declined_message_types]\n"}
    async with asterisk_rig(folder, extra_files=files) as rig:
        yield rig, port


def account(name: str, port: int) -> tuple[WatchSettings, str]:
    settings = WatchSettings(host="127.0.0.1", port=port, user=name, channels=CHANNELS, number=NUMBER)
    return settings, f"{name}-secret"


async def test_calls_are_seen_and_who_may_act_is_refused(tmp_path: Path) -> None:
    async with somebody_elses(tmp_path) as (rig, port):
        for name in ACTING:
            with pytest.raises(AccountRefused, match=r"may act there|not let in"):
                await asyncio.wait_for(watch(*account(name, port), lambda event: None), 30)
        with pytest.raises(AccountRefused, match="not let in"):
            await asyncio.wait_for(watch(account("watcher", port)[0], "wrong", lambda event: None), 30)

        dials, seen, up = Dials(CHANNELS, NUMBER, talk_s=1.0), list[Seen](), asyncio.Event()

        def hear(event: Event) -> None:
            if (one := dials.handle(event, time.time())) is not None:
                seen.append(one)

        watching = asyncio.create_task(watch(*account("watcher", port), hear, up.set))
        await asyncio.wait_for(up.wait(), 30)
        dialler = panoramisk.Manager(
            loop=asyncio.get_running_loop(), host="127.0.0.1", port=port, username="caller", secret="caller-secret"
        )
        await dialler.connect()

        async def dial(wait_s: int) -> list[Seen]:
            """One call of theirs, until it is over as it was seen."""
            before = len(seen)
            dialler.send_action(
                {
                    "Action": "Originate",
                    "Channel": "PJSIP/agent-1001",
                    "Application": "Wait",
                    "Data": str(wait_s),
                    "CallerID": "4000095183",
                    "Async": "true",
                }
            )
            async with asyncio.timeout(60):
                while not (seen[before:] and seen[-1].ended):  # noqa: ASYNC110 - events come when they come
                    await asyncio.sleep(0.05)
            return seen[before:]

        phone = await rig.phone("1001", PickUp(after_s=0.2))
        talk = await dial(3)
        assert [(one.state, one.begins, one.ended) for one in talk] == [
            ("attempted", True, False),
            ("answered", False, False),
            ("effective", False, True),
        ]
        assert {(one.number, one.call) for one in talk} == {("1001", talk[0].call)}
        assert talk[-1].talked_until - talk[0].at > 2.5
        short = await dial(0)
        assert short[-1].state == "answered"
        phone.reaction = Busy(after_s=0.1)
        busy = await dial(0)
        assert [(one.state, one.result) for one in busy] == [("attempted", ""), ("attempted", "busy")]
        watching.cancel()
        dialler.close()
        await asyncio.gather(watching, return_exceptions=True)
