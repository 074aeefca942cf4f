"""A server and a browser that looks at its pages, signed in by links."""

import signal
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from bench.chromium import Page, chromium
from hotline.people import users
from hotline.people.roles import Role
from hotline.people.users import User
from hotline.server.serving import Server
from hotline.site.sign_in import address, new_link
from hotline.site.site import Site
from switch.fake import FakeSwitch, LoopTimeline, World
from tests.unit.hotline.served import new_server, new_site, serve, until


class Watched:
    """A server, its world, and a browser."""

    def __init__(self, server: Server, switch: FakeSwitch, page: Page) -> None:
        self.server, self.world, self.page = server, World(switch), page

    @property
    def site(self) -> Site:
        return self.server.site

    async def sign_in(self, person: str) -> None:
        """By a person's link; they set no password."""
        await self.page.open(address(self.site, new_link(self.site.state, "person", person, time.time())))
        await self.page.click("Not now")

    def audited(self) -> str:
        """The audit log."""
        return (self.site.state / "audit.log").read_text()


W = TypeVar("W", bound=Watched)


def empty_site(tmp_path: Path) -> Site:
    """A site of its own for a test."""
    (tmp_path / "site").mkdir()
    return new_site(tmp_path / "site")


@asynccontextmanager
async def watching(
    made: type[W], tmp_path: Path, site: Site, version: str, people: Iterable[User] = ()
) -> AsyncIterator[W]:
    """Serve a published version of the site, known to these people, and look at it at 1280 by 800 pixels."""
    switch = FakeSwitch(LoopTimeline())
    server = new_server(site, switch)
    serving = await serve(server, version)
    await until(lambda: server.controller.health()["ok"])
    for person in people:
        users.add(site.database, person)
    async with chromium(tmp_path / "browser") as page:
        await page.size(1280, 800)
        yield made(server, switch, page)
    signal.raise_signal(signal.SIGTERM)
    await serving


def person(name: str, *roles: Role, agent: str = "") -> User:
    """Somebody of `hotline people`, added now by root."""
    return User(name=name, roles=roles, agent=agent, added_at=time.time(), added_by="root")
