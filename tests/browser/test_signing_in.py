"""The form that signs in, in a real browser: a password set by a link, wrong ones, a code, a new password."""

import json
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from bench.chromium import Page, chromium
from hotline.people import passwords, users
from hotline.people.one_time_codes import code, step_of, written
from hotline.people.users import User
from hotline.site.sign_in import address, new_link
from hotline.site.site import Site
from hotline.versions.store import Versions
from hotline.web import live_events
from tests.unit.hotline.served import new_server, new_site, publish, serve, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PASSWORD, ANOTHER = "four words that nobody says", "another four words, said once"
SECRET = b"12345678901234567890"
_SHOWN = "!!document.querySelector('hotline-wallboard .figure')"


class Signing(NamedTuple):
    """A server with li, who has no password yet, and a browser."""

    site: Site
    page: Page

    async def fill(self, **fields: str) -> None:
        """Fill the form in, and send it, as somebody who types does."""
        for name, value in fields.items():
            await self.page.until(f"!!document.querySelector('form [name={name}]')")
            await self.page.tell(f"document.querySelector('form [name={name}]').value = {json.dumps(value)}; null")
        await self.page.tell("document.querySelector('form button:not([type])').click(); null")

    async def says(self, words: str) -> None:
        await self.page.until(f"document.body.innerText.includes({json.dumps(words)})")


@pytest.fixture
async def signing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Signing]:
    monkeypatch.setattr(live_events, "_LOOK_AT_SESSION_S", 0.1)
    (tmp_path / "site").mkdir()
    site = new_site(tmp_path / "site")
    version = publish(Versions(site.versions), 1)
    server = new_server(site)
    serving = await serve(server, version)
    await until(lambda: server.controller.health()["ok"])
    users.add(site.database, User(name="li", title="Li Na", roles=("handler",), added_at=time.time(), added_by="root"))
    async with chromium(tmp_path / "browser") as page:
        yield Signing(site, page)
    signal.raise_signal(signal.SIGTERM)
    await serving


async def test_from_a_link_to_a_password_of_ones_own(signing: Signing) -> None:
    page = signing.page
    await page.open(address(signing.site, new_link(signing.site.state, "person", "li", time.time())))
    await signing.says("A password for Li Na")
    await signing.fill(password=PASSWORD, again=ANOTHER)
    await signing.says("The two are not the same")
    await signing.fill(password="password12345", again="password12345")
    await signing.says("common password")
    await signing.page.picture("new-password")
    await signing.fill(password=PASSWORD, again=PASSWORD)
    await page.until(_SHOWN)
    assert passwords.fits(users.named(signing.site.database, "li").password, PASSWORD)
    await page.until("document.querySelector('.link').innerText.includes('live')")
    await page.tell("[...document.querySelectorAll('nav button')].at(-1).click(); null")
    await signing.says("Nobody is signed in here")
    await signing.fill(person="li", password="wrong")
    await signing.says("name or the password is wrong")
    await page.tell("document.querySelector('form [name=person]').focus(); null")
    await page.press("t")
    assert await page.tell("document.documentElement.dataset.theme === undefined"), "who types presses no key of ours"
    await signing.fill(person="li", password=PASSWORD)
    await page.until(_SHOWN)
    assert [one for one in page.problems if "401" not in one and "422" not in one] == []


async def test_a_code_is_asked_for_and_a_new_password_keeps_the_board(signing: Signing) -> None:
    page, database = signing.page, signing.site.database
    users.set_password(database, "li", passwords.hashed(PASSWORD), time.time())
    users.set_code(database, "li", written(SECRET), time.time())
    await page.open(address(signing.site))
    await signing.fill(person="li", password=PASSWORD)
    await signing.says("one-time code of your app")
    await signing.fill(code="000000")
    await signing.says("This code is wrong")
    await signing.page.picture("sign-in-code")
    await signing.fill(code=code(SECRET, step_of(time.time())))
    await page.until(_SHOWN)
    await page.tell("[...document.querySelectorAll('nav button')].at(-2).click(); null")
    await signing.says("The password until now")
    await signing.fill(old=PASSWORD, password=ANOTHER, again=ANOTHER)
    await page.until(_SHOWN)
    await page.until("document.querySelector('.link').innerText.includes('live')")
    assert passwords.fits(users.named(database, "li").password, ANOTHER)
    users.disable(database, "li", "root", "left", time.time())
    await signing.says("Nobody is signed in here")
    assert [one for one in page.problems if "401" not in one] == []


async def test_it_is_in_both_languages_and_can_be_filled_in_by_keyboard(signing: Signing) -> None:
    page = signing.page
    await page.open(address(signing.site))
    await signing.says("Sign in")
    named = "[...document.querySelectorAll('form input')].every((one) => one.closest('label')?.innerText)"
    assert await page.tell(named), "each field has a name"
    await page.press("l")
    await signing.says("登录")
    await signing.page.picture("sign-in-zh")
    assert page.problems == [] or all("401" in one for one in page.problems)
