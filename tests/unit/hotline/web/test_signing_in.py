"""Signing in to the pages: by a link, once; what a session may, and what another site's page may not."""

import time
from pathlib import Path

import pytest

from hotline.people import throttle
from hotline.people.throttle import ADDRESS
from hotline.site.sign_in import LinkRole, new_link
from hotline.web import pages
from tests.unit.hotline.web.browsing import OURS, STRANGE, Browser
from tests.unit.hotline.web.logged import Logged

pytestmark = pytest.mark.unit


@pytest.fixture
def house(tmp_path: Path) -> Logged:
    return Logged(tmp_path)


@pytest.fixture
def browser(house: Logged) -> Browser:
    return Browser(house.own_app)


async def test_a_link_signs_in_once(tmp_path: Path, browser: Browser) -> None:
    link = new_link(tmp_path, "admin", "operator", time.time())
    answer = await browser.ask("POST", "/session", {"link": link}, origin=OURS)
    assert answer.status == 200
    assert (answer.json["person"], answer.json["role"]) == ("operator", "admin")
    said = answer.headers["set-cookie"]
    assert "HttpOnly" in said
    assert "SameSite=strict" in said
    assert answer.headers["cache-control"] == "no-store"
    told = await browser.ask("GET", "/session")
    assert (told.status, told.json["csrf"]) == (200, answer.json["csrf"])
    again = await Browser(browser.app).ask("POST", "/session", {"link": link})
    assert again.status == 401
    assert "hotline sign-in prints a new one" in again.json["detail"]


async def test_nobody_is_signed_in_by_themselves(browser: Browser) -> None:
    assert (await browser.ask("GET", "/session")).status == 401
    assert (await browser.ask("DELETE", "/session")).status == 401
    browser.cookie = "hotline-00000000=made-up"
    assert (await browser.ask("GET", "/session")).status == 401
    assert (await browser.ask("GET", "/trunks")).status == 401


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [("admin", "/trunks", 200), ("admin", "/calls", 200), ("wallboard", "/trunks", 200), ("wallboard", "/calls", 403)],
)
async def test_a_session_may_what_its_role_may(
    tmp_path: Path, browser: Browser, role: LinkRole, path: str, status: int
) -> None:
    await browser.sign_in(tmp_path, role)
    assert (await browser.ask("GET", path)).status == status


@pytest.mark.parametrize(
    ("role", "headers", "status"),
    [
        ("admin", {}, 403),
        ("admin", {"hotline_csrf": "wrong"}, 403),
        ("admin", {"hotline_csrf": "right"}, 422),
        ("admin", {"hotline_csrf": "right", "origin": OURS}, 422),
        ("admin", {"hotline_csrf": "right", "origin": STRANGE}, 403),
        ("admin", {"hotline_csrf": "right", "origin": "null"}, 403),
        ("wallboard", {"hotline_csrf": "right", "origin": OURS}, 403),
    ],
)
async def test_what_changes_something_needs_the_sessions_word_from_our_own_pages(
    tmp_path: Path, browser: Browser, role: LinkRole, headers: dict[str, str], status: int
) -> None:
    """422 is for an agent who is on no list of reasons: the request was let in."""
    await browser.sign_in(tmp_path, role)
    given = {name: browser.csrf if value == "right" else value for name, value in headers.items()}
    answer = await browser.ask("POST", "/agents/8001/queues", {"queues": ["laons"]}, **given)
    assert answer.status == status


async def test_a_page_of_another_site_neither_reads_nor_signs_in(tmp_path: Path, browser: Browser) -> None:
    link = new_link(tmp_path, "admin", "operator", time.time())
    assert (await browser.ask("POST", "/session", {"link": link}, origin=STRANGE)).status == 403
    await browser.sign_in(tmp_path)
    assert (await browser.ask("GET", "/trunks", origin=STRANGE)).status == 403


async def test_a_token_beside_a_cookie_is_what_counts(tmp_path: Path, browser: Browser) -> None:
    await browser.sign_in(tmp_path, "wallboard")
    assert (await browser.ask("GET", "/calls", authorization="Bearer token")).status == 200
    assert (await browser.ask("GET", "/trunks", authorization="Bearer wrong")).status == 401


async def test_signing_out_ends_the_session_everywhere(tmp_path: Path, browser: Browser) -> None:
    await browser.sign_in(tmp_path)
    other = Browser(browser.app)
    other.cookie = browser.cookie
    assert (await browser.ask("DELETE", "/session")).status == 403
    assert (await browser.ask("DELETE", "/session", hotline_csrf=browser.csrf)).status == 200
    assert browser.cookie == ""
    assert (await other.ask("GET", "/session")).status == 401


async def test_guessing_ends_soon(tmp_path: Path, house: Logged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "ADDRESS", ADDRESS._replace(first_s=60.0))
    browser = Browser(house.own_app)
    for _ in range(ADDRESS.free):
        assert (await browser.ask("POST", "/session", {"link": "guessed"})).status == 401
    link = new_link(tmp_path, "admin", "operator", time.time())
    answer = await browser.ask("POST", "/session", {"link": link})
    assert answer.status == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60


async def test_signing_in_is_in_the_audit_log_and_the_token_is_not(house: Logged, browser: Browser) -> None:
    link = new_link(house.database.parent, "wallboard", "door", time.time())
    await browser.ask("POST", "/session", {"link": link})
    (line,) = house.audited()
    assert (line["who"], line["what"]) == ("web:person door", "signed in")
    assert link not in str(line)


@pytest.mark.parametrize("path", ["/console/", "/console/main.js", "/console/words.json", "/console/vendor/lit.js"])
async def test_pages_come_with_a_strict_policy_and_need_no_session(browser: Browser, path: str) -> None:
    answer = await browser.ask("GET", path)
    assert answer.status == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/console/../app.py", "/console/%2e%2e/app.py", "/console/nothing.js"])
async def test_no_other_file_is_a_page(browser: Browser, path: str) -> None:
    assert (await browser.ask("GET", path)).status == 404


async def test_no_page_has_a_script_or_a_style_within(browser: Browser) -> None:
    for page in pages.FOLDER.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "<style" not in text
        assert "<script>" not in text
        assert " style=" not in text
        assert " on" not in text.replace(" only", "")
