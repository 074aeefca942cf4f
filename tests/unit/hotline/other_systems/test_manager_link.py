"""The link to a manager interface: who may watch, what is heard, what is never sent, and when it is lost."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from hotline.other_systems import manager_link
from hotline.other_systems.dials import Event
from hotline.other_systems.manager_account import AccountRefused, LinkLost
from hotline.other_systems.manager_link import watch
from hotline.site.sources import WatchSettings
from tests.unit.hotline.other_systems.asterisk_manager import MAY_CALL, FakeManager

pytestmark = pytest.mark.unit

Act = Callable[[FakeManager], Awaitable[None]]


async def watched(fake: FakeManager, act: Act, secret: str = "s3cret") -> list[Event]:
    """The events heard while `act` goes on; raises what the link raises."""
    heard: list[Event] = []
    async with fake.running(), asyncio.timeout(30):
        up = asyncio.Event()
        where = WatchSettings(host="127.0.0.1", port=fake.port, channels=("PJSIP/carrier-*",))
        link = asyncio.create_task(watch(where, secret, heard.append, up.set))
        ready = asyncio.create_task(up.wait())
        await asyncio.wait({link, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if not link.done():
            await act(fake)
        if link.done():
            await link
        link.cancel()
        await asyncio.gather(link, return_exceptions=True)
    return heard


async def test_events_are_heard_with_small_letters_and_whole() -> None:
    async def act(fake: FakeManager) -> None:
        fake.say(Event="DialBegin", DestChannel="PJSIP/carrier-1", DestCallerIDName="王芳", DialString="13800138000@c")
        await asyncio.sleep(0.3)

    fake = FakeManager()
    (event,) = [one for one in await watched(fake, act) if one["event"] == "DialBegin"]
    assert (event["destchannel"], event["dialstring"]) == ("PJSIP/carrier-1", "13800138000@c")
    assert fake.asked == ["Login", "ListCommands"]


async def test_an_account_that_may_call_is_refused_and_hears_nothing() -> None:
    async def nothing(fake: FakeManager) -> None:
        raise AssertionError("it was let in")

    fake = FakeManager(MAY_CALL)
    with pytest.raises(AccountRefused, match=r"may act there .Originate.: leave its `write =`"):
        await watched(fake, nothing)
    assert "Originate" not in fake.asked


async def test_a_wrong_secret_is_refused() -> None:
    async def nothing(fake: FakeManager) -> None:
        raise AssertionError("it was let in")

    with pytest.raises(AccountRefused, match="not let in: Authentication failed"):
        await watched(FakeManager(), nothing, secret="wrong")


async def test_a_connection_that_is_cut_is_lost_and_not_made_again() -> None:
    async def act(fake: FakeManager) -> None:
        fake.drop()
        await asyncio.sleep(2.5)  # the library's own time to come again

    fake = FakeManager()
    with pytest.raises(LinkLost):
        await watched(fake, act)
    assert fake.asked.count("Login") == 1


async def test_a_peer_that_is_gone_without_a_word_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager_link, "_PING_EVERY_S", 0.1)
    monkeypatch.setattr(manager_link, "_ANSWER_S", 0.3)

    async def act(fake: FakeManager) -> None:
        await asyncio.sleep(0.5)
        fake.silent = True
        await asyncio.sleep(1.0)

    fake = FakeManager()
    with pytest.raises(LinkLost, match=r"no answer to Ping within 0\.3 s"):
        await watched(fake, act)
    assert fake.asked.count("Ping") > 2


async def test_nobody_there() -> None:
    where = WatchSettings(host="127.0.0.1", port=1, channels=("x",))
    with pytest.raises(LinkLost):
        await watch(where, "x", lambda event: None)


@pytest.mark.parametrize("action", ["Originate", "Redirect", "Command", "Hangup", "UpdateConfig", "Events"])
async def test_nothing_that_acts_can_be_sent(action: str) -> None:
    manager = manager_link._Watching(loop=asyncio.get_running_loop())
    with pytest.raises(AccountRefused, match="the link only watches"):
        manager.send_action({"Action": action, "Channel": "PJSIP/x"})
