"""Signing in by the house's directory in a real browser: there, by its form, and back with a session, or the reason."""

import json
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest

from bench.accessibility import violations
from bench.chromium import Page, chromium
from hotline.people import users
from hotline.people.users import User
from hotline.site.sign_in import address
from hotline.site.site import Site
from hotline.versions.store import Versions
from tests.identity_provider import CLIENT, SECRET, IdentityProvider, identity_provider
from tests.ports import free_port
from tests.unit.hotline.served import new_server, new_site, publish, serve, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


class Coming(NamedTuple):
    """A server whose people sign in by a directory, the directory, and a browser."""

    site: Site
    provider: IdentityProvider
    page: Page

    async def goes(self, who: str) -> None:
        """By the button to the directory, and through its form."""
        await self.page.click("Sign in by Anda directory")
        await self.page.until("!!document.querySelector('[name=who]')")
        await self.page.tell(f"document.querySelector('[name=who]').value = {json.dumps(who)}; null")
        await self.page.click("Go on")


@pytest.fixture
async def coming(tmp_path: Path) -> AsyncIterator[Coming]:
    folder = tmp_path / "site"
    folder.mkdir()
    web = new_site(folder).settings.web
    back = f"http://127.0.0.1:{web.port}/session/directory/back"
    async with identity_provider(free_port(), back) as provider:
        oidc = {
            "issuer": provider.issuer,
            "client_id": CLIENT,
            "client_secret_file": "secret",
            "title": "Anda directory",
        }
        (folder / "secret").write_text(SECRET)
        with (folder / "hotline.yaml").open("a") as settings:
            settings.write(f"oidc: {json.dumps(oidc)}\n")
        site = Site.open(folder)
        version = publish(Versions(site.versions), 1)
        server = new_server(site)
        serving = await serve(server, version)
        await until(lambda: server.controller.health()["ok"])
        users.add(
            site.database, User(name="li", title="Li Na", roles=("handler",), added_at=time.time(), added_by="root")
        )
        async with chromium(tmp_path / "browser") as page:
            yield Coming(site, provider, page)
        signal.raise_signal(signal.SIGTERM)
        await serving


async def test_there_and_back_with_a_session(coming: Coming) -> None:
    """The directory is another site: the session's strict cookie counts all the same, and is there after a reload."""
    page = coming.page
    await page.open(address(coming.site))
    await page.says("Sign in by Anda directory")
    assert await violations(page) == []
    await page.picture("sign-in-directory")
    await coming.goes("li")
    await page.until("!!document.querySelector('hotline-wallboard .figure')")
    await page.says("live")
    assert "A password for" not in await page.tell("document.body.innerText"), "none is asked for"
    await page.ask("Page.reload")
    await page.until("!!document.querySelector('hotline-wallboard .figure')")
    assert users.named(coming.site.database, "li").subject == f"{coming.provider.issuer} 248289761001"


async def test_out_there_is_out_here(coming: Coming) -> None:
    """The page that is open goes, too."""
    await coming.page.open(address(coming.site))
    await coming.goes("li")
    await coming.page.until("!!document.querySelector('hotline-wallboard .figure')")
    port = coming.site.settings.web.port
    token = {"logout_token": await coming.provider.logout_token("li")}
    where = f"http://127.0.0.1:{port}/session/directory/out"
    async with aiohttp.ClientSession() as session, session.post(where, data=token) as answer:
        assert answer.status == 200
    await coming.page.says("Nobody is signed in here.")


async def test_who_is_not_let_in_reads_why(coming: Coming) -> None:
    page = coming.page
    await page.open(address(coming.site))
    await coming.goes("chen")
    await page.says("this house does not yet")
    await coming.goes("somebody else")
    await page.says("The directory has not let you in")
    assert await page.tell("location.hash") == ""
    await page.press("l")
    await page.says("目录没有让您登录")
    await page.picture("sign-in-refused-zh")
    # nobody was signed in, and the directory has no icon
    assert [one for one in page.problems if "401" not in one and "404" not in one] == []
