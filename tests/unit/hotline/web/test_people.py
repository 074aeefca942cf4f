"""People over HTTP: in by a password and a code, out at once, and their own name beside what they do."""

import functools
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from complaints.intake.contact import Contact
from hotline.cases import acts, intake
from hotline.cases.work import Work
from hotline.people import passwords, throttle, users
from hotline.people.one_time_codes import code, step_of, written
from hotline.people.roles import Role
from hotline.people.users import User
from hotline.versions.case_rules import CaseRules
from hotline.web.people import is_loopback, network_of
from tests.unit.hotline.web.browsing import OURS, Browser
from tests.unit.hotline.web.logged import Logged

pytestmark = pytest.mark.unit

PASSWORD, ANOTHER = "four words that nobody says", "another four words, said once"
SECRET = b"12345678901234567890"
_hashed = functools.cache(passwords.hashed)


@pytest.fixture
def house(tmp_path: Path) -> Logged:
    house = Logged(tmp_path)
    add(house, "li", "handler", agent="8001")
    add(house, "wang", "lead")
    add(house, "chen", "agent", agent="8002")
    add(house, "zhao", "auditor")
    add(house, "sun", "supervisor")
    add(house, "qian", "compliance")
    users.set_password(house.database, "li", _hashed(PASSWORD), 10.0)
    return house


def add(house: Logged, name: str, *roles: Role, agent: str = "") -> None:
    users.add(house.database, User(name=name, roles=roles, agent=agent, added_at=5.0, added_by="root"))


@pytest.fixture
def browser(house: Logged) -> Browser:
    return Browser(house.own_app)


async def test_in_by_a_password(house: Logged, browser: Browser) -> None:
    answer = await browser.by_password(" Li ", PASSWORD)
    assert answer.status == 200
    told = answer.json
    assert (told["person"], told["roles"], told["agent"], told["role"]) == ("li", ["handler"], "8001", "person")
    assert (told["acts"]["see_numbers"], told["needs_password"], told["may_set_password"]) == ("yes", False, True)
    assert "lead_cases" not in told["acts"]
    said = answer.headers["set-cookie"]
    assert "HttpOnly" in said
    assert "SameSite=strict" in said
    assert "Secure" not in said, "on the machine itself there is no TLS"
    assert house.audited() == [{"who": "web:person li", "what": "signed in", "about": "by password from "}]
    signed_in_at = users.named(house.database, "li").signed_in_at
    assert signed_in_at is not None
    assert abs(signed_in_at - time.time()) < 60


@pytest.mark.parametrize(("name", "password"), [("li", "wrong"), ("li", ""), ("wang", ""), ("nobody", PASSWORD)])
async def test_every_no_is_the_same(browser: Browser, name: str, password: str) -> None:
    answer = await browser.by_password(name, password)
    assert (answer.status, answer.json) == (401, {"detail": "name or password is wrong"})
    assert browser.cookie == ""


@pytest.mark.parametrize("body", [{}, {"link": "x", "person": "li"}, {"person": "li", "pasword": "x"}])
async def test_a_sign_in_is_by_one_way(browser: Browser, body: dict[str, str]) -> None:
    assert (await browser.ask("POST", "/session", body, origin=OURS)).status == 422


async def test_in_by_a_code_once(house: Logged, browser: Browser) -> None:
    users.set_code(house.database, "li", written(SECRET), 20.0)
    answer = await browser.by_password("li", PASSWORD)
    assert (answer.status, answer.json["code_needed"], browser.cookie) == (401, True, "")
    assert "code_needed" not in (await browser.by_password("li", "wrong", "000000")).json
    given = code(SECRET, step_of(time.time()))
    assert (await browser.by_password("li", PASSWORD, given)).status == 200
    again = await Browser(browser.app).by_password("li", PASSWORD, given)
    assert (again.status, again.json["code_needed"]) == (401, True)
    assert house.audited()[-1]["about"] == "by password and code from "


async def test_pauses_hold_for_the_right_password_too(house: Logged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "PERSON", throttle.PERSON._replace(free=2, first_s=250.0))
    browser = Browser(house.own_app)
    for _ in range(2):
        assert (await browser.by_password("li", "wrong")).status == 401
    answer = await browser.by_password("li", PASSWORD)
    assert answer.status == 429
    assert 100 < int(answer.headers["retry-after"]) <= 250
    assert (await browser.by_link_of(_state(browser), "li")).status == 200, "a link is not held up by who guesses"


def _state(browser: Browser) -> Path:
    found: Path = browser.app.state.guard._people.sessions._path.parent
    return found


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8780", 200),
        ("localhost:8780", 200),
        ("[::1]:8780", 200),
        ("hotline.localhost", 200),
        ("192.0.2.7:8780", 403),
        ("calls.example", 403),
        ("localhost.example", 403),
        ("", 403),  # a request without a host is no browser's
    ],
)
async def test_nobody_signs_in_where_others_can_read_it(browser: Browser, host: str, status: int) -> None:
    given = {"person": "li", "password": PASSWORD}
    answer = await browser.ask("POST", "/session", given, host=host, origin=f"http://{host}")
    assert answer.status == status


async def test_behind_a_proxy_with_tls_the_cookie_is_for_tls_only(house: Logged) -> None:
    from hotline.web.app import make
    from hotline.web.tokens import WaitTokens

    served: Any = house
    app = make(served, "token", WaitTokens("s"), url="https://calls.example/hotline/")
    browser = Browser(app)
    given = {"person": "li", "password": PASSWORD}
    answer = await browser.ask("POST", "/session", given, host="calls.example", origin="https://calls.example")
    assert answer.status == 200
    assert "Secure" in answer.headers["set-cookie"]


async def test_what_changes_about_a_person_holds_at_once(house: Logged, browser: Browser) -> None:
    await browser.by_link_of(_state(browser), "li")
    assert (await browser.ask("GET", "/cases")).status == 200
    assert (await browser.ask("GET", "/people")).status == 403
    users.set_roles(house.database, "li", ["auditor"])
    assert (await browser.ask("GET", "/people")).status == 200
    users.disable(house.database, "li", "root", "left", time.time())
    assert (await browser.ask("GET", "/cases")).status == 401
    assert (await browser.by_link_of(_state(browser), "li")).status == 401
    assert [row["what"] for row in house.audited()] == ["signed in"], "who was refused has not signed in"
    users.enable(house.database, "li")
    assert (await browser.ask("GET", "/cases")).status == 401, "a session that was ended stays so"
    assert (await browser.by_link_of(_state(browser), "li")).status == 200


async def test_a_store_that_is_away_lets_nobody_do_anything(house: Logged, browser: Browser) -> None:
    await browser.by_link_of(_state(browser), "li")
    with closing(sqlite3.connect(house.database)) as store, store:
        store.execute("DROP TABLE users")
    assert (await browser.ask("GET", "/live")).status == 401
    assert (await browser.by_password("li", PASSWORD)).status == 401


async def test_ones_own_password(house: Logged, browser: Browser) -> None:
    await browser.by_password("li", PASSWORD)
    other = Browser(browser.app)
    await other.by_password("li", PASSWORD)
    assert (await browser.ask("POST", "/session/password", {"old": PASSWORD, "password": ANOTHER})).status == 403
    for old, new, said in (("wrong", ANOTHER, "is another one"), (PASSWORD, "short", "12 to 128 characters")):
        answer = await browser.tell("/session/password", {"old": old, "password": new})
        assert (answer.status, said in answer.json["detail"]) == (422, True)
    before = browser.cookie
    answer = await browser.tell("/session/password", {"old": PASSWORD, "password": ANOTHER})
    assert answer.status == 200
    assert browser.cookie != before
    assert (await browser.ask("GET", "/cases")).status == 200
    assert (await other.ask("GET", "/cases")).status == 401, "other browsers are signed out"
    assert (await Browser(browser.app).by_password("li", PASSWORD)).status == 401
    assert (await Browser(browser.app).by_password("li", ANOTHER)).status == 200
    assert {"who": "web:person li", "what": "password changed", "about": "from "} in house.audited()


async def test_who_came_by_a_link_sets_a_password_without_the_one_before(house: Logged, browser: Browser) -> None:
    answer = await browser.by_link_of(_state(browser), "wang")
    assert answer.json["needs_password"] is True
    assert users.named(house.database, "wang").signed_in_at is not None
    assert (await browser.tell("/session/password", {"password": "wang wang wang wang"})).status == 422
    answer = await browser.tell("/session/password", {"password": ANOTHER})
    assert (answer.status, answer.json["needs_password"]) == (200, False)
    later = await browser.tell("/session/password", {"password": PASSWORD})
    assert later.status == 422, "the session that followed is not of the link"
    assert (await Browser(browser.app).by_password("wang", ANOTHER)).status == 200


async def test_a_role_without_a_name_has_no_password(tmp_path: Path, browser: Browser) -> None:
    await browser.sign_in(tmp_path, "admin")
    assert (await browser.tell("/session/password", {"password": ANOTHER})).status == 409
    assert (await Browser(browser.app).ask("POST", "/session/password", {"password": ANOTHER})).status == 401


async def test_auditors_see_who_signs_in_and_no_secret(house: Logged, browser: Browser) -> None:
    await browser.by_link_of(_state(browser), "zhao")
    answer = await browser.ask("GET", "/people")
    assert [row["person"] for row in answer.json] == ["chen", "li", "qian", "sun", "wang", "zhao"]
    assert _hashed(PASSWORD) not in answer.body.decode()


def _case(house: Logged, about: tuple[str, ...] = ()) -> str:
    contact = Contact("http", "m1", time.time(), "扣了我三千块", caller="+8613800138000", about=about)
    (taken,) = intake.take_in(house.database, [contact], house.zone)
    Work(house.database).off(CaseRules(), time.time())
    for kind, fields in (("graded", {"grade": "level_1", "reason": "x"}), ("dispatched", {"department": "care"})):
        acts.do(house.database, CaseRules(), acts.Wanted(taken.case, kind, "root", time.time(), fields), time.time())
    return taken.case


async def test_who_handles_is_who_is_signed_in(house: Logged, browser: Browser) -> None:
    case = _case(house)
    await browser.by_link_of(_state(browser), "li")
    answer = await browser.tell(f"/cases/{case}/acts", {"kind": "taken", "author": "wang"})
    assert (answer.status, "speaks for itself alone" in answer.json["detail"]) == (422, True)
    assert (await browser.tell(f"/cases/{case}/acts", {"kind": "taken"})).status == 200
    told = (await browser.ask("GET", f"/cases/{case}")).json
    assert told["entries"][-1]["author"] == "li"
    answer = await browser.tell(f"/cases/{case}/apart", {"other": "1", "author": "wang"})
    assert answer.status == 422


async def test_nobody_handles_a_matter_about_the_agent_who_they_are(house: Logged, browser: Browser) -> None:
    case = _case(house, about=("8001",))
    await browser.by_link_of(_state(browser), "li")
    answer = await browser.tell(f"/cases/{case}/acts", {"kind": "taken"})
    assert (answer.status, "li, who is agent 8001, has an interest" in answer.json["detail"]) == (409, True)
    await browser.by_link_of(_state(browser), "wang")
    given = {"kind": "handed_over", "fields": {"department": "care", "reason": "x", "person": "li"}}
    assert (await browser.tell(f"/cases/{case}/acts", given)).status == 409
    assert (await browser.tell(f"/cases/{case}/acts", {"kind": "taken"})).status == 200


async def test_a_lead_approves_of_more_time_in_their_own_name(house: Logged, browser: Browser) -> None:
    case = _case(house)
    asked = {"kind": "extended", "author": "li", "fields": {"clock": "c", "approver": "li", "reason": "x"}}
    await browser.by_link_of(_state(browser), "li")
    assert (await browser.tell(f"/cases/{case}/acts", {**asked, "author": "wang"})).status == 403
    await browser.by_link_of(_state(browser), "wang")
    answer = await browser.tell(f"/cases/{case}/acts", asked)
    assert (answer.status, "leave approver out" in answer.json["detail"]) == (422, True)
    fields = {"clock": "c", "reason": "x"}
    answer = await browser.tell(f"/cases/{case}/acts", {"kind": "extended", "fields": fields})
    assert (answer.status, "who asks for more time" in answer.json["detail"]) == (422, True)
    answer = await browser.tell(f"/cases/{case}/acts", {"kind": "extended", "author": "nobody", "fields": fields})
    assert (answer.status, "nobody is no person of the house" in answer.json["detail"]) == (422, True)
    answer = await browser.tell(f"/cases/{case}/acts", {"kind": "extended", "author": "wang", "fields": fields})
    assert (answer.status, "somebody else must approve" in answer.json["detail"]) == (409, True)
    answer = await browser.tell(f"/cases/{case}/acts", {"kind": "extended", "author": "li", "fields": fields})
    assert answer.status == 200
    last = (await browser.ask("GET", f"/cases/{case}")).json["entries"][-1]
    assert (last["author"], last["fields"]["approver"]) == ("li", "wang")


async def test_numbers_stay_masked_but_for_who_may_see_them_and_each_look_is_audited(
    house: Logged, browser: Browser
) -> None:
    case = _case(house)
    house.log("c1", agents=("8002",))
    for name, shown in (("zhao", False), ("li", True), ("wang", True), ("chen", False), ("sun", False)):
        await browser.by_link_of(_state(browser), name)
        for path in ("/cases", "/cases/list", f"/cases/{case}", "/calls", "/calls/c1"):
            assert "13800138000" not in (await browser.ask("GET", path)).body.decode(), (name, path)
        looks = [row for row in house.audited() if row["what"] == "numbers shown"]
        whole = await browser.ask("GET", f"/cases/{case}/whole")
        assert (whole.status, "13800138000" in whole.body.decode()) == ((200, True) if shown else (403, False)), name
        after = [row for row in house.audited() if row["what"] == "numbers shown"]
        assert after[len(looks) :] == (
            [{"who": f"web:person {name}", "what": "numbers shown", "about": f"case {case}"}] if shown else []
        )


async def test_a_number_is_looked_up_and_a_recording_heard_in_ones_own_name(
    house: Logged, browser: Browser, tmp_path: Path
) -> None:
    house.log("c1", agents=("8002",))
    (tmp_path / "c1-1.wav").write_bytes(b"RIFF")
    house.record(tmp_path / "c1-1.wav", "c1")
    for name, status in (("sun", 200), ("zhao", 200), ("chen", 403)):
        await browser.by_link_of(_state(browser), name)
        assert (await browser.ask("GET", "/calls?number=13800138000")).status == status
        assert (await browser.ask("GET", "/calls/c1/recordings/c1-1.wav")).status == status
    looks = [
        (row["who"], row["what"]) for row in house.audited() if row["what"] in ("number looked up", "recording heard")
    ]
    assert looks == [
        (f"web:person {name}", what) for name in ("sun", "zhao") for what in ("number looked up", "recording heard")
    ]


async def test_an_agent_sees_their_own_calls(house: Logged, browser: Browser) -> None:
    house.log("mine", agents=("8001", "8002"))
    house.log("theirs", agents=("8001",))
    await browser.by_link_of(_state(browser), "chen")
    assert (await browser.ask("GET", "/calls/mine")).status == 200
    answer = await browser.ask("GET", "/calls/theirs")
    assert (answer.status, "chen is agent 8002" in answer.json["detail"]) == (403, True)
    assert (await browser.ask("GET", "/calls/nobodys")).status == 403
    assert (await browser.ask("GET", "/calls")).status == 403


async def test_the_names_of_consents_are_peoples_own(house: Logged, browser: Browser) -> None:
    await browser.by_link_of(_state(browser), "qian")
    consent = {"person": "c1", "purpose": "marketing", "given": True, "source": "web"}
    assert (await browser.tell("/consents", {**consent, "author": "wang"})).status == 422
    assert (await browser.tell("/consents", consent)).status == 200
    with closing(sqlite3.connect(house.database)) as store:
        assert store.execute("SELECT author FROM consents").fetchall() == [("qian",)]


def test_an_address_is_counted_by_its_network() -> None:
    assert network_of("192.0.2.7") == "192.0.2.7"
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert network_of("unix") == "unix"
    assert [is_loopback(host) for host in ("127.9.9.9", "::1", "localhost", "10.0.0.1", "", "evil.example")] == [
        *(True, True, True, False, False, False),
    ]
