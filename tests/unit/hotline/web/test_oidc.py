"""In by the house's directory: a real provider in a process of its own, its keys, and all that may be wrong."""

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
import pytest_asyncio
from fastapi import FastAPI

from calls.dependencies import Dependency
from hotline.people import users
from hotline.people.oidc_provider import Provider
from hotline.people.roles import Role
from hotline.people.users import User
from hotline.site.oidc import OidcSettings
from hotline.web.app import make
from hotline.web.tokens import WaitTokens
from tests.identity_provider import CHEN, CLIENT, LI, SECRET, IdentityProvider, identity_provider
from tests.ports import free_port
from tests.unit.hotline.web.asking import Answer, request
from tests.unit.hotline.web.logged import Logged

pytestmark = pytest.mark.unit

_HOST = "127.0.0.1:8780"
_BACK = f"http://{_HOST}/session/directory/back"
_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
_ROLES: dict[str, tuple[str, ...]] = {"ivr-agents": ("agent",), "ivr-handlers": ("handler", "lead")}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider() -> AsyncIterator[IdentityProvider]:
    async with identity_provider(free_port(), _BACK) as provider:
        yield provider


class House:
    """The interface, with a browser that goes to the directory and back."""

    def __init__(self, folder: Path, issuer: str, **settings: Any) -> None:
        self.logged = Logged(folder)
        given = {"issuer": issuer, "client_id": CLIENT, **settings}
        self.state = Dependency("directory", lambda: 0.0)
        secret = "" if given.pop("public", False) else given.pop("secret", SECRET)
        self.provider = Provider(OidcSettings(**given), secret, self.state)
        known: Any = self.logged
        self.app: FastAPI = make(known, "token", WaitTokens("s"), directory=self.provider)
        self.cookies: dict[str, str] = {}

    def add(self, name: str, *roles: Role) -> None:
        users.add(self.logged.database, User(name=name, roles=roles, added_at=5.0, added_by="root"))

    async def ask(self, path: str) -> Answer:
        given = {"host": _HOST, "authorization": "", "cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        return await request(self.app, "GET", path, headers=given)

    async def start(self) -> str:
        """Where the directory's form is; the cookie of the way is kept."""
        answer = await self.ask("/session/directory/start")
        assert answer.status == 303, answer.body
        self.keep(answer)
        return answer.headers["location"]

    def keep(self, answer: Answer) -> None:
        for said in answer.cookies:
            for name, morsel in SimpleCookie(said).items():
                self.cookies[name] = morsel.value

    async def back(self, address: str) -> str:
        """What the page is opened with: empty for somebody who is signed in, else the reason."""
        answer = await self.ask(_path(address))
        self.keep(answer)
        assert (answer.status, answer.headers["cache-control"]) == (303, "no-store")
        where = urlsplit(answer.headers["location"])
        assert where.path == "../../console/"
        return where.fragment.removeprefix("directory=")

    async def comes(self, provider: IdentityProvider, who: str = "li") -> str:
        """All the way there and back."""
        return await self.back(await provider.let(who, await self.start()))


@pytest.fixture
async def house(tmp_path: Path, provider: IdentityProvider) -> House:
    await provider.tell()
    house = House(tmp_path, provider.issuer, roles=_ROLES)
    house.add("li", "handler")
    return house


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256"])
async def test_in_by_the_directory(house: House, provider: IdentityProvider, alg: str) -> None:
    await provider.tell(alg=alg)
    address = await house.start()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["scope"] == "openid profile"
    assert (asked["client_id"], asked["redirect_uri"]) == (CLIENT, _BACK)
    assert await house.back(await provider.let("li", address)) == ""
    li = users.named(house.logged.database, "li")
    assert (li.roles, li.subject) == (("handler", "lead"), f"{provider.issuer} {LI['sub']}")
    assert [(line["who"], line["what"]) for line in house.logged.audited()] == [
        ("web:directory", "account bound"),
        ("web:directory", "roles given"),
        ("web:person li", "signed in"),
    ]
    assert house.state.state == "up"
    assert SECRET not in str(house.logged.audited())


async def test_the_session_is_as_everybodys_and_asks_for_no_password(house: House, provider: IdentityProvider) -> None:
    address = await provider.let("li", await house.start())
    came = await house.ask(_path(address))
    (session, way) = came.cookies
    assert "HttpOnly" in session
    assert "SameSite=strict" in session
    assert "Max-Age=0" in way, "the cookie of the way is gone with its use"
    house.cookies.clear()
    house.keep(came)
    told = (await house.ask("/session")).json
    assert (told["person"], told["roles"], told["role"]) == ("li", ["handler", "lead"], "person")
    assert (told["needs_password"], told["may_set_password"]) == (False, False)


async def test_a_way_is_gone_once(house: House, provider: IdentityProvider) -> None:
    address = await provider.let("li", await house.start())
    kept = dict(house.cookies)
    assert await house.back(address) == ""
    assert await house.back(address) == "late", "its cookie is gone"
    house.cookies = kept
    assert await house.back(address) == "late", "the directory takes the code no more"


async def test_another_browser_cannot_end_a_way(house: House, provider: IdentityProvider) -> None:
    """Nor can somebody be signed in as somebody else by an address that was sent to them."""
    address = await provider.let("li", await house.start())
    house.cookies.clear()
    assert await house.back(address) == "late"
    await house.start()
    assert await house.back(address) == "late"


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ({"strange": True}, "not_valid"),
        ({"claims": {"iss": "http://localhost:1/realms/house"}}, "not_valid"),
        ({"claims": {"aud": "another client"}}, "not_valid"),
        ({"claims": {"aud": [CLIENT, "another client"]}}, "not_valid"),
        ({"claims": {"aud": [CLIENT, "another client"], "azp": CLIENT}}, ""),
        ({"claims": {"azp": "another client"}}, "not_valid"),
        ({"claims": {"nonce": "of another way"}}, "not_valid"),
        ({"claims": {"nonce": None}}, "not_valid"),
        ({"claims": {"exp": 1_000_000_000}}, "not_valid"),
        ({"claims": {"exp": None}}, "not_valid"),
        ({"claims": {"iat": 4_000_000_000}}, "not_valid"),
        ({"claims": {"sub": None}}, "not_valid"),
        ({"claims": {"preferred_username": None}}, "no_name"),
        ({"claims": {"groups": None}}, "no_role"),
        ({"claims": {"groups": ["staff"]}}, "no_role"),
        ({"method": "client_secret_post"}, ""),
    ],
)
async def test_what_the_directory_says_must_hold(
    house: House, provider: IdentityProvider, behaviour: dict[str, Any], reason: str
) -> None:
    await provider.tell(**behaviour)
    assert await house.comes(provider) == reason
    assert bool(users.named(house.logged.database, "li").subject) == (reason == "")


async def test_new_keys_are_fetched_when_a_token_names_one(house: House, provider: IdentityProvider) -> None:
    assert await house.comes(provider) == ""
    await provider.tell(rotate=True)
    house.provider._keys_at -= 11.0  # of monotonic time: keys are not fetched twice in ten seconds
    assert await house.comes(provider) == ""


async def test_a_secret_that_is_wrong_is_the_houses_trouble(tmp_path: Path, provider: IdentityProvider) -> None:
    await provider.tell()
    house = House(tmp_path, provider.issuer, secret="another one")
    house.add("li", "handler")
    assert await house.comes(provider) == "away"
    assert (house.state.state, "compare oidc.client_id and the secret" in house.state.error) == ("down", True)


async def test_a_public_client_is_guarded_by_pkce(tmp_path: Path, provider: IdentityProvider) -> None:
    await provider.tell(method="none")
    house = House(tmp_path, provider.issuer, public=True)
    house.add("li", "handler")
    assert await house.comes(provider) == ""
    assert users.named(house.logged.database, "li").roles == ("handler",), "without `roles` they are given here alone"


async def test_a_directory_that_is_away_or_another_one(tmp_path: Path, provider: IdentityProvider) -> None:
    await provider.tell(away=True)
    house = House(tmp_path, provider.issuer)
    answer = await house.ask("/session/directory/start")
    assert (answer.status, answer.headers["location"]) == (303, "../../console/#directory=away")
    await provider.tell(issuer="https://login.example/")
    assert "#directory=away" in (await house.ask("/session/directory/start")).headers["location"]
    assert "write oidc.issuer as it says" in house.state.error
    nowhere = House(tmp_path, f"http://localhost:{free_port()}/")
    assert "#directory=away" in (await nowhere.ask("/session/directory/start")).headers["location"]
    await provider.tell()
    house.add("li", "handler")
    assert await house.comes(provider) == "", "it is asked again at the next need"


async def test_whom_the_directory_refuses(house: House, provider: IdentityProvider) -> None:
    assert await house.comes(provider, "somebody else") == "denied"


async def test_who_is_not_here_is_added_where_that_is_allowed(tmp_path: Path, provider: IdentityProvider) -> None:
    await provider.tell()
    house = House(tmp_path, provider.issuer, roles=_ROLES)
    assert await house.comes(provider, "chen") == "nobody"
    assert users.find(house.logged.database, "chen") is None
    open_house = House(tmp_path, provider.issuer, roles=_ROLES, new_people=True)
    assert await open_house.comes(provider, "chen") == ""
    chen = users.named(open_house.logged.database, "chen")
    assert (chen.roles, chen.title, chen.added_by, chen.password) == (("agent",), "Chen", "directory", "")
    await provider.tell(people={"chen": {**CHEN, "preferred_username": "house"}})
    users.unbind(open_house.logged.database, "chen", 1.0)
    assert await open_house.comes(provider, "chen") == "no_name", "a name that stands for no person"


async def test_a_name_is_one_accounts(house: House, provider: IdentityProvider) -> None:
    """Whoever has the account is the person, whatever it is called; whoever takes the name over is not."""
    assert await house.comes(provider) == ""
    renamed = {**LI, "preferred_username": "li.na"}
    await provider.tell(people={"li": renamed})
    assert await house.comes(provider) == ""
    await provider.tell(people={"chen": {**CHEN, "preferred_username": "li"}})
    assert await house.comes(provider, "chen") == "other_account"
    users.unbind(house.logged.database, "li", 1.0)
    assert await house.comes(provider, "chen") == ""
    assert users.named(house.logged.database, "li").roles == ("agent",)


async def test_who_is_disabled_stays_out(house: House, provider: IdentityProvider) -> None:
    users.disable(house.logged.database, "li", "root", "left", 1.0)
    assert await house.comes(provider) == "disabled"


async def test_an_answer_of_another_directory_is_none(house: House, provider: IdentityProvider) -> None:
    address = await provider.let("li", await house.start())
    ours = parse_qs(urlsplit(address).query)["iss"][0]
    assert await house.back(address.replace(_quoted(ours), _quoted("https://another.example/"))) == "not_valid"


async def test_over_an_open_line_nobody_is_sent_there(house: House) -> None:
    answer = await request(house.app, "GET", "/session/directory/start", headers={"host": "calls.example"})
    assert answer.headers["location"] == "../../console/#directory=not_private"


async def test_the_sign_in_page_knows_the_directorys_name(tmp_path: Path, provider: IdentityProvider) -> None:
    house = House(tmp_path, provider.issuer, title="Anda directory")
    assert (await house.ask("/session/directory")).json == {"directory": "Anda directory"}
    known: Any = house.logged
    without = make(known, "token", WaitTokens("s"))
    assert (await request(without, "GET", "/session/directory")).json == {"directory": ""}
    for path in ("start", "back"):
        answer = await request(without, "GET", f"/session/directory/{path}")
        assert answer.headers["location"] == "../../console/#directory=away"


def _path(address: str) -> str:
    return f"{urlsplit(address).path}?{urlsplit(address).query}"


def _quoted(issuer: str) -> str:
    return quote(issuer, safe="")


async def _out(house: House, token: str, body: bytes | None = None) -> int:
    """The status of the answer to a logout token."""
    given = {"host": _HOST, "authorization": "", "content-type": "application/x-www-form-urlencoded"}
    form = urlencode({"logout_token": token}).encode() if body is None else body
    answer = await request(house.app, "POST", "/session/directory/out", form, headers=given)
    assert answer.headers["cache-control"] == "no-store"
    return answer.status


async def test_out_by_the_directory(house: House, provider: IdentityProvider) -> None:
    house.add("wang", "handler")
    assert await house.comes(provider) == ""
    assert (await house.ask("/session")).status == 200
    token = await provider.logout_token("li")
    assert await _out(house, token) == 200
    assert (await house.ask("/session")).status == 401, "also that of a page that is open"
    assert house.logged.audited()[-1]["what"] == "signed out"
    assert "li" in house.logged.audited()[-1]["about"]
    assert users.named(house.logged.database, "wang").sessions_from == 0.0
    assert await house.comes(provider) == "", "they may come back"
    assert await _out(house, token) == 400, "a token counts once"
    assert (await house.ask("/session")).status == 200
    assert await _out(house, await provider.logout_token("li", events={_LOGOUT: {}}, sid="a session")) == 200
    assert (await house.ask("/session")).status == 401


async def test_out_is_somebody_who_was_never_here(house: House, provider: IdentityProvider) -> None:
    assert await _out(house, await provider.logout_token("chen")) == 200
    assert house.logged.audited() == []


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://login.example/"},
        {"aud": "another client"},
        {"iat": None},
        {"iat": 1_000_000_000},
        {"iat": 4_000_000_000},
        {"exp": 1_000_000_000},
        {"jti": None},
        {"sub": None, "sid": "a session"},
        {"events": None},
        {"events": {"another": {}}},
        {"events": {_LOGOUT: True}},
        {"nonce": "of an ID token"},
    ],
    ids=str,
)
async def test_what_signs_nobody_out(house: House, provider: IdentityProvider, claims: dict[str, Any]) -> None:
    assert await house.comes(provider) == ""
    assert await _out(house, await provider.logout_token("li", **claims)) == 400
    assert (await house.ask("/session")).status == 200


async def test_a_sign_out_is_signed_by_the_directory(house: House, provider: IdentityProvider) -> None:
    assert await house.comes(provider) == ""
    await provider.tell(strange=True)
    assert await _out(house, await provider.logout_token("li")) == 400
    for body in (b"", b"logout_token=", b"logout_token=a&logout_token=b", b"\xff", b"logout_token=" + b"a" * 16_000):
        assert await _out(house, "", body) == 400
    assert (await house.ask("/session")).status == 200
    for _ in range(10):
        await _out(house, "no token")
    await provider.tell()
    assert await _out(house, await provider.logout_token("li")) == 400, "after ten that did not hold there is a pause"
