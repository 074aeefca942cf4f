"""A small OpenID Connect provider in a process of its own: real keys and signatures, its own checks of PKCE and codes.

As a program it serves at the port of its first argument; `IdentityProvider` starts and asks it. Its people, and what it
does wrong on purpose, are told by POST /test.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import html
import json
import secrets
import sys
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

import aiohttp
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

CLIENT, SECRET = "hotline", "a secret + of the client/"
LI = {"sub": "248289761001", "preferred_username": "li", "name": "Li Na", "groups": ["ivr-handlers", "staff"]}
CHEN = {"sub": "248289761002", "preferred_username": "chen", "name": "Chen", "groups": ["ivr-agents"]}


class IdentityProvider:
    """The process, and what a browser does there."""

    def __init__(self, port: int) -> None:
        # another site than 127.0.0.1, as a real one is: cookies that are SameSite do not come along from here
        self.issuer = f"http://localhost:{port}/realms/house"

    async def tell(self, **behaviour: Any) -> None:
        """Be so from now on: `people`, `claims` that stand in place of the true ones, `alg`, `rotate`, `strange`."""
        async with aiohttp.ClientSession() as session, session.post(f"{self.issuer}/test", json=behaviour) as answer:
            assert answer.status == 200, await answer.text()

    async def logout_token(self, who: str, **claims: Any) -> str:
        """The token of a sign-out of `who`; `claims` stand in place of the true ones, None leaves one out."""
        asked = {"who": who, "claims": claims}
        async with aiohttp.ClientSession() as session, session.post(f"{self.issuer}/logout", json=asked) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.text()

    async def let(self, who: str, address: str) -> str:
        """Sign `who` in, as they do by its form at `address`; where the browser is sent then."""
        given = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        where = f"{self.issuer}/allow?{urlencode({**given, 'who': who})}"
        async with aiohttp.ClientSession() as session, session.get(where, allow_redirects=False) as answer:
            assert answer.status == 302, await answer.text()
            return answer.headers["Location"]


@contextlib.asynccontextmanager
async def identity_provider(port: int, back: str) -> AsyncIterator[IdentityProvider]:
    """Start one that sends browsers to `back` and nowhere else."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, __file__, str(port), back, stdout=asyncio.subprocess.PIPE
    )
    assert program.stdout is not None
    try:
        assert await asyncio.wait_for(program.stdout.readline(), 30) == b"serving\n"
        yield IdentityProvider(port)
    finally:
        program.terminate()
        await program.wait()


class _Served:
    """The provider itself."""

    def __init__(self, issuer: str, back: str) -> None:
        self.issuer, self.back = issuer, back
        self.people: dict[str, dict[str, Any]] = {"li": LI, "chen": CHEN}
        self.behaviour: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.keys: list[RSAKey | ECKey] = []
        self.rotate()

    def rotate(self) -> None:
        """New keys, and only those."""
        self.keys = [RSAKey.generate_key(2048, auto_kid=True), ECKey.generate_key("P-256", auto_kid=True)]

    async def configuration(self, request: web.Request) -> web.Response:
        if self.behaviour.get("away"):
            return web.Response(status=503)
        return web.json_response(
            {
                "issuer": self.behaviour.get("issuer", self.issuer),
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": [self.behaviour.get("method", "client_secret_basic")],
            }
        )

    async def authorize(self, request: web.Request) -> web.Response:
        """The form: who are you?"""
        asked = request.query
        if asked.get("redirect_uri") != self.back or asked.get("client_id") != CLIENT:
            return web.Response(status=400, text="this client or its redirect_uri is not known here")
        given = [(html.escape(name), html.escape(value)) for name, value in asked.items()]
        kept = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in given)
        form = f'<form action="allow">{kept}<label>Who are you? <input name="who"></label><button>Go on</button></form>'
        page = f"<!doctype html><title>The directory</title><h1>The directory</h1>{form}"
        return web.Response(text=page, content_type="text/html")

    async def allow(self, request: web.Request) -> web.Response:
        asked = dict(request.query)
        if asked.get("redirect_uri") != self.back or asked.get("response_type") != "code":
            return web.Response(status=400, text="no such client")
        said: Mapping[str, str]
        if asked["who"] not in self.people or asked.get("code_challenge_method") != "S256":
            said = {"error": "access_denied", "error_description": "nobody of this name"}
        else:
            code = secrets.token_urlsafe(16)
            self.codes[code] = asked
            said = {"code": code, "iss": self.issuer, "session_state": "as some send it along"}
        where = f"{self.back}?{urlencode({**said, 'state': asked['state']})}"
        return web.Response(status=302, headers={"Location": where})

    async def token(self, request: web.Request) -> web.Response:
        given = {name: str(value) for name, value in (await request.post()).items()}
        if not self._is_client(request, given):
            return web.json_response({"error": "invalid_client", "error_description": "wrong secret"}, status=401)
        asked = self.codes.pop(given.get("code", ""), None)
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or challenge != asked["code_challenge"] or given.get("redirect_uri") != asked["redirect_uri"]:
            wrong = {"error": "invalid_grant", "error_description": "code, verifier or address"}
            return web.json_response(wrong, status=400)
        now = int(time.time())
        claims = {
            **{"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]},
            **self.people[asked["who"]],
            **self.behaviour.get("claims", {}),
        }
        token = self._signed(claims)
        return web.json_response({"access_token": "none", "token_type": "Bearer", "id_token": token})

    async def logout(self, request: web.Request) -> web.Response:
        """A logout token, as it is sent to clients by the back channel."""
        asked, now = json.loads(await request.text()), int(time.time())
        claims = {
            **{"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": secrets.token_urlsafe(8)},
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            "sub": self.people[asked["who"]]["sub"],
            **asked["claims"],
        }
        return web.Response(text=self._signed(claims, "logout+jwt"))

    def _signed(self, claims: Mapping[str, Any], kind: str = "JWT") -> str:
        given_claims = {name: value for name, value in claims.items() if value is not None}
        alg = self.behaviour.get("alg", "RS256")
        key = next(one for one in self.keys if one.key_type == ("EC" if alg.startswith("ES") else "RSA"))
        if self.behaviour.get("strange"):  # another key under the same name
            signing: Any = RSAKey.generate_key(2048)
        else:
            signing = key
        return jwt.encode({"alg": alg, "kid": key.kid, "typ": kind}, given_claims, signing, algorithms=[alg])

    def _is_client(self, request: web.Request, given: Mapping[str, str]) -> bool:
        if self.behaviour.get("method") == "client_secret_post":
            return (given.get("client_id"), given.get("client_secret")) == (CLIENT, SECRET)
        if self.behaviour.get("method") == "none":
            return given.get("client_id") == CLIENT and "Authorization" not in request.headers
        pair = base64.b64encode(f"{quote_plus(CLIENT)}:{quote_plus(SECRET)}".encode()).decode()
        return request.headers.get("Authorization") == f"Basic {pair}"

    async def key_set(self, request: web.Request) -> web.Response:
        return web.json_response(KeySet(list(self.keys)).as_dict(private=False))

    async def test(self, request: web.Request) -> web.Response:
        self.behaviour = json.loads(await request.text())
        self.people = self.behaviour.get("people", {"li": LI, "chen": CHEN})
        if self.behaviour.get("rotate"):
            self.rotate()
        return web.json_response({})


async def _serve(port: int, back: str) -> None:
    served = _Served(f"http://localhost:{port}/realms/house", back)
    app = web.Application()
    for method, path, handler in (
        ("GET", "/.well-known/openid-configuration", served.configuration),
        ("GET", "/authorize", served.authorize),
        ("GET", "/allow", served.allow),
        ("POST", "/token", served.token),
        ("GET", "/keys", served.key_set),
        ("POST", "/logout", served.logout),
        ("POST", "/test", served.test),
    ):
        app.router.add_route(method, f"/realms/house{path}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "localhost", port).start()
    print("serving", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(int(sys.argv[1]), sys.argv[2]))
