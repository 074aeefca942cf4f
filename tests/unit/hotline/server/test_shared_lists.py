"""Sites of a group fetch each other's lists over HTTP: what one puts on a list the other refuses soon, and revokes."""

import asyncio
import contextlib
import socket
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from calls.backoff import Backoff
from calls.dependencies import Dependency
from hotline.server.shared_lists import SharedLists
from hotline.site.site import Site
from hotline.site.web import WebClientSettings
from hotline.store import opening
from hotline.suppression import entries, sharing
from hotline.suppression.entries import Wish
from hotline.suppression.site_lists import hashes_of, lists_of
from hotline.views.controller import Controller
from hotline.web.listening import answering

pytestmark = pytest.mark.unit

ZHANG, LI = "+8613800138000", "+8613900139000"
ASKED = Wish(source="phone", reason="asked", author="lin")
SECRET = "a secret that only the group has, all of it"
TOKEN = "the token that beijing gave shanghai"


async def until(condition: Callable[[], object]) -> None:
    """Wait for it: each look opens a store, so there are few."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - a store on disk tells nobody
            await asyncio.sleep(0.05)


class OfSite(SimpleNamespace):
    """Beijing's controller, as far as this request asks it."""

    async def shared_lists(self, after: int) -> bytes:
        settings, hashes = hashes_of(self.site)
        lists = frozenset(settings.lists)
        return await asyncio.to_thread(
            sharing.export, self.site.database, hashes, self.named or settings.site, lists, after
        )


def site(folder: Path, sharing: str) -> Site:
    (folder / "var/secrets").mkdir(parents=True)
    (folder / "hotline.yaml").write_text(f"languages: [en]\nsharing: {{{sharing}}}\n")
    (folder / "var/secrets/sharing").write_text(SECRET)
    made = Site.open(folder)
    opening.migrate(made.database)
    return made


class Group:
    """Beijing, whose lists are asked for, and shanghai, which asks."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.77", 0))  # where nobody else is given one meanwhile
            self.port = probe.getsockname()[1]
        self.beijing = site(folder / "beijing", "site: beijing")
        member = f"beijing: {{url: 'http://127.0.0.77:{self.port}/', every_s: 0.2}}"
        self.shanghai = site(folder / "shanghai", f"site: shanghai, members: {{{member}}}")
        self.token = self.shanghai.state / "secrets/share-beijing"
        self.token.write_text(TOKEN)
        self.named = ""
        self.states: list[Dependency] = []
        fast = Backoff(first_s=0.05, longest_s=0.1)
        self.fetching = SharedLists(self.shanghai, self._add, time.time, fast)

    def _add(self, state: Dependency) -> Dependency:
        self.states.append(state)
        return state

    @property
    def state(self) -> Dependency:
        return self.states[0]

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Beijing answers."""
        controller = cast(
            Controller,
            OfSite(
                database=self.beijing.database, zone=ZoneInfo("UTC"), region="CN", site=self.beijing, named=self.named
            ),
        )
        address = socket.socket()
        address.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        address.bind(("127.0.0.77", self.port))
        clients = {TOKEN: WebClientSettings(name="shanghai", rights=("share",))}
        async with answering(controller, address, "of the site", "waiting", cast(Any, clients)):
            yield
        address.close()

    def refused(self, number: str) -> list[tuple[str, str]]:
        """The lists that shanghai has a number on."""
        with lists_of(self.shanghai) as lists:
            return [(one.list, one.source) for one in lists.lists_of(number)]


@pytest.fixture
async def group(tmp_path: Path) -> AsyncIterator[Group]:
    made = await asyncio.to_thread(Group, tmp_path)
    yield made
    await made.fetching.close()


async def test_a_fault_of_our_own_is_told_and_the_lists_are_asked_for_again(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = SharedLists._applied

    def broken(*_: Any) -> Any:
        raise KeyError("a word that nobody wrote")

    monkeypatch.setattr(SharedLists, "_applied", broken)
    entries.add(group.beijing.database, [ZHANG], ASKED, time.time())
    async with group.open():
        group.fetching.start()
        await until(lambda: group.state.state == "down" and "nobody wrote" in group.state.error)
        monkeypatch.setattr(SharedLists, "_applied", whole)
        await until(lambda: group.refused(ZHANG))


async def test_what_one_puts_on_a_list_the_other_refuses_within_the_pause_and_revokes(group: Group) -> None:
    entries.add(group.beijing.database, [ZHANG], ASKED, time.time())
    async with group.open():
        group.fetching.start()
        await until(lambda: group.refused(ZHANG))
        assert group.refused(ZHANG) == [("do_not_call", "site beijing")]
        await until(lambda: group.state.state == "up")
        (entry,) = entries.add(group.beijing.database, [LI], ASKED, time.time())
        await until(lambda: group.refused(LI))
        entries.end(group.beijing.database, entry, "chen", "wrong", time.time())
        await until(lambda: not group.refused(LI))
        assert group.refused(ZHANG)


async def test_a_site_that_is_away_is_told_and_taken_up_where_it_was(group: Group) -> None:
    entries.add(group.beijing.database, [ZHANG], ASKED, time.time())
    group.fetching.start()
    await until(lambda: group.state.state == "down")
    async with group.open():
        await until(lambda: group.refused(ZHANG))
    await until(lambda: group.state.state == "down")
    assert group.refused(ZHANG), "what it told before holds"
    entries.add(group.beijing.database, [LI], ASKED, time.time())
    async with group.open():
        await until(lambda: group.refused(LI))
    assert [(peer.site, peer.applied) for peer in sharing.peers(group.shanghai.database)] == [("beijing", 2)]


async def test_after_a_store_was_put_back_a_new_epoch_brings_the_whole_list(group: Group) -> None:
    database, backup = group.beijing.database, group.beijing.state / "backup.db"
    async with group.open():
        group.fetching.start()
        await until(lambda: group.state.state == "up")
        with contextlib.closing(sqlite3.connect(database)) as store:
            store.execute(f"VACUUM INTO '{backup}'")
        entries.add(database, [ZHANG, LI], ASKED, time.time())
        await until(lambda: group.refused(LI))
        for part in ("-wal", "-shm"):
            database.with_name(f"{database.name}{part}").unlink(missing_ok=True)
        backup.rename(database)
        await until(lambda: "share new-epoch" in group.state.error)
        assert group.refused(ZHANG), "nobody is called for that"
        entries.add(database, [ZHANG], ASKED, time.time())
        sharing.new_epoch(database)
        await until(lambda: not group.refused(LI))
        assert group.refused(ZHANG)


@pytest.mark.parametrize("trouble", ["token", "no token", "secret", "name"])
async def test_who_is_not_believed_changes_nothing(group: Group, trouble: str) -> None:
    entries.add(group.beijing.database, [ZHANG], ASKED, time.time())
    match trouble:
        case "token":
            group.token.write_text("another one")
        case "no token":
            group.token.unlink()
        case "secret":
            (group.shanghai.state / "secrets/sharing").write_text("another secret, which is as long as it")
        case _:
            group.named = "harbin"
    said = {
        "token": "answers 401",
        "no token": "put the token there",
        "secret": "the signature is wrong",
        "name": "answers as harbin",
    }[trouble]
    async with group.open():
        group.fetching.start()
        await until(lambda: group.state.state == "down")
        assert said in group.state.error
    if trouble != "secret":
        assert group.refused(ZHANG) == []
    assert sharing.peers(group.shanghai.database) == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://beijing.example/", "use https"),
        ("beijing.example", "is no address"),
        ("https://li:secret@beijing.example/", "no user and password"),
    ],
)
def test_an_address_that_is_none_is_told(tmp_path: Path, url: str, said: str) -> None:
    (tmp_path / "hotline.yaml").write_text(f"sharing: {{site: a, members: {{beijing: {{url: '{url}'}}}}}}\n")
    with pytest.raises(Exception, match=said):
        Site.open(tmp_path)
