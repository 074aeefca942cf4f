"""The house's directory over HTTP: an OpenID Connect provider, asked by the authorization code flow with PKCE.

The browser is sent there with a challenge (RFC 7636), comes back with a code, and the code is exchanged here for an ID
token, whose signature and claims are checked (OpenID Connect Core 1.0, 3.1.3.7). Signatures are joserfc's: nothing of
them is made here. What the provider says of itself (Discovery 1.0) and its keys are kept, and the keys fetched anew
where a token is signed by one that is not among them.
"""

import asyncio
import base64
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import aiohttp
import orjson
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from calls.dependencies import Dependency
from hotline.people.oidc_claims import LONGEST_LOGOUT_S, Known, NotLetIn, known, signed_out
from hotline.people.oidc_trip import Trip
from hotline.site.oidc import OidcSettings, is_loopback

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
"""Signatures by keys that only the provider has. What a client's secret signs (HS256) is not among them."""
_DEADLINE = aiohttp.ClientTimeout(total=10.0, connect=5.0)
_LARGEST_ANSWER = 1 << 20
_LEEWAY_S = 60
"""So far the provider's clock may be off."""
_KEPT_S = 3_600.0
"""So long what the provider says of itself is not asked for again."""
_KEYS_ANEW_S = 10.0
"""Keys are not fetched anew more often: a token with a made-up key id costs one request."""


class Provider:
    """One provider, and this house as its client. Every request raises NotLetIn, `away` where it may work later."""

    def __init__(self, settings: OidcSettings, secret: str = "", state: Dependency | None = None) -> None:
        """`secret`: the client's; empty for a public one. `state` is told whether the provider answers."""
        self.settings = settings
        self._secret = secret
        self._state = state or Dependency("directory", time.time)
        self._one = asyncio.Lock()
        self._itself: dict[str, str] = {}
        self._itself_until = 0.0
        self._keys: KeySet | None = None
        self._keys_at = -_KEYS_ANEW_S
        self._used: dict[str, float] = {}

    async def address(self, trip: Trip, back: str) -> str:
        """Where the browser is sent to sign in, and from there to `back`."""
        itself = await self._discovered()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": back,
            "scope": " ".join(self.settings.scopes),
            "state": trip.state,
            "nonce": trip.nonce,
            "code_challenge": trip.challenge,
            "code_challenge_method": "S256",
        }
        where = itself["authorization_endpoint"]
        return f"{where}{'&' if urlsplit(where).query else '?'}{urlencode(asked)}"

    async def person(self, trip: Trip, code: str, back: str) -> Known:
        """Whom this code of the directory's is about."""
        itself = await self._discovered()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": trip.verifier}
        headers = {}
        if self._secret and "client_secret_basic" in itself["methods"].split():
            pair = f"{quote_plus(self.settings.client_id)}:{quote_plus(self._secret)}"  # RFC 6749, 2.3.1
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form["client_id"] = self.settings.client_id
            if self._secret:
                form["client_secret"] = self._secret
        given = await self._ask("POST", itself["token_endpoint"], form, headers)
        token = given.get("id_token")
        if not isinstance(token, str):
            raise self._away("its token endpoint gives no id_token: is `openid` among oidc.scopes?")
        return known(await self._claims(token, trip.nonce), self.settings)

    async def signed_out(self, token: str) -> str:
        """Whose sessions are over by this logout token, `ISSUER SUB`; one that was used counts no more."""
        claims = await self._signed(token, jti={"essential": True})
        now = time.time()
        subject, number = signed_out(claims, self.settings, now), str(claims["jti"])
        self._used = {one: at for one, at in self._used.items() if now - at <= 2 * LONGEST_LOGOUT_S}
        if number in self._used:
            raise NotLetIn("not_valid", "the directory's sign-out was used before")
        self._used[number] = now
        return subject

    async def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        """The claims of an ID token that holds."""
        essential = {"sub": {"essential": True}, "exp": {"essential": True}}
        claims = await self._signed(token, nonce={"essential": True, "value": nonce}, **essential)
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", "" if several else self.settings.client_id) != self.settings.client_id:
            raise NotLetIn("not_valid", "the directory's token is another client's: `azp` is not oidc.client_id")
        return claims

    async def _signed(self, token: str, **wanted: Any) -> Mapping[str, Any]:
        """The claims of a token that the provider signed for us, and in time."""
        try:
            try:
                read = jwt.decode(token, await self._key_set(), algorithms=_ALGORITHMS)
            except InvalidKeyIdError:
                read = jwt.decode(token, await self._key_set(anew=True), algorithms=_ALGORITHMS)
            jwt.JWTClaimsRegistry(
                leeway=_LEEWAY_S,
                iss={"essential": True, "value": self.settings.issuer},
                aud={"essential": True, "value": self.settings.client_id},
                iat={"essential": True},
                **wanted,
            ).validate(read.claims)
        except (JoseError, ValueError) as error:
            told = f"the directory's token does not hold: {error}"
            raise NotLetIn("not_valid", f"{told}; compare oidc.issuer and oidc.client_id, and both clocks") from error
        return read.claims

    async def _discovered(self) -> dict[str, str]:
        """What the provider says of itself: its endpoints, and by which `methods` a client shows its secret."""
        async with self._one:
            if time.monotonic() < self._itself_until:
                return self._itself
            issuer = self.settings.issuer
            told = await self._ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if told.get("issuer") != issuer:
                shown = str(told.get("issuer"))[:128]
                raise self._away(f"it says that its issuer is {shown}: write oidc.issuer as it says, to the letter")
            found = {}
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                address = str(told.get(name, ""))
                if not _is_private(address):
                    raise self._away(f"its {name} is {address[:128] or 'missing'}: an https address is wanted")
                found[name] = address
            if "S256" not in told.get("code_challenge_methods_supported", ("S256",)):
                raise self._away("it takes no PKCE by S256: allow it for this client")
            methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            found["methods"] = " ".join(str(method) for method in methods)
            self._itself, self._itself_until = found, time.monotonic() + _KEPT_S
            return found

    async def _key_set(self, anew: bool = False) -> KeySet:
        """The provider's keys. Raises ValueError where keys that are none were given."""
        itself = await self._discovered()
        async with self._one:
            if self._keys is None or (anew and time.monotonic() - self._keys_at >= _KEYS_ANEW_S):
                self._keys_at = time.monotonic()
                told = await self._ask("GET", itself["jwks_uri"])
                try:
                    self._keys = KeySet.import_key_set({"keys": told["keys"]})
                except (KeyError, TypeError) as error:
                    raise self._away(f"what it gives as its keys are none: {error!r}") from error
            return self._keys

    async def _ask(
        self, method: str, address: str, form: dict[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """A JSON object of the provider's."""
        where = f"{urlsplit(address).hostname}{urlsplit(address).path}"
        try:
            async with (
                aiohttp.ClientSession(timeout=_DEADLINE, cookie_jar=aiohttp.DummyCookieJar()) as session,
                session.request(
                    method,
                    address,
                    data=form,
                    headers={"Accept": "application/json", **(headers or {})},
                    allow_redirects=False,
                ) as answer,
            ):
                body = await answer.content.read(_LARGEST_ANSWER)
                said = _object(body)
                if answer.status == 200 and said is not None:
                    self._state.up()
                    return said
                status = answer.status
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise self._away(f"{where}: {error or type(error).__name__}") from error
        word = str((said or {}).get("error", ""))[:64]
        if method == "POST" and word == "invalid_grant":
            raise NotLetIn("late", f"the directory takes the code no more ({_about(said)}): begin anew")
        if word in ("invalid_client", "unauthorized_client"):
            raise self._away(f"{where}: {word} ({_about(said)}): compare oidc.client_id and the secret in its file")
        raise self._away(f"{where}: {status} {word}")

    def _away(self, told: str) -> NotLetIn:
        self._state.down(told)
        self._itself_until = 0.0  # it may be another one by now
        return NotLetIn("away", f"the directory {self.settings.issuer}: {told}")


def _object(body: bytes) -> dict[str, Any] | None:
    """The JSON object; None for anything else."""
    try:
        said = orjson.loads(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _about(said: Mapping[str, Any] | None) -> str:
    return str((said or {}).get("error_description", "no more said"))[:200]


def _is_private(address: str) -> bool:
    """Whether nobody reads on the way there."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    )
