"""Digest authentication of SIP (RFC 2617, RFC 7616, RFC 8760): from a challenge to the credentials."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from phones.sip import SipError

_PARAM = re.compile(r'\s*([A-Za-z0-9\-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,|\Z)')
_ALGORITHMS = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a 401 or 407 asks for. `qop` is "auth" or empty; auth-int is not offered by any peer of ours."""

    realm: str
    nonce: str
    algorithm: str = "MD5"
    qop: str = ""
    opaque: str = ""
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Credentials:
    """An account at a registrar."""

    username: str
    password: str

    def __repr__(self) -> str:  # a secret must not reach a log by way of a traceback
        return f"Credentials({self.username!r}, …)"


def parse_challenge(value: str) -> Challenge:
    """The value of WWW-Authenticate or Proxy-Authenticate. Raises SipError for a scheme we cannot answer."""
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() != "digest":
        raise SipError(f"cannot answer a challenge by {scheme!r}")
    params: dict[str, str] = {}
    at = 0
    while at < len(rest):
        match = _PARAM.match(rest, at)
        if match is None:
            raise SipError("bad parameter in a challenge")
        params[match[1].lower()] = re.sub(r"\\(.)", r"\1", match[2]) if match[2] is not None else match[3]
        at = match.end()
    if "realm" not in params or "nonce" not in params:
        raise SipError("a challenge without realm or nonce")
    algorithm = params.get("algorithm", "MD5").upper()
    if algorithm not in _ALGORITHMS:
        raise SipError(f"cannot answer a challenge with {algorithm}")
    offered = [qop.strip().lower() for qop in params.get("qop", "").split(",") if qop.strip()]
    if offered and "auth" not in offered:
        raise SipError("cannot answer a challenge with qop other than auth")
    return Challenge(
        realm=params["realm"],
        nonce=params["nonce"],
        algorithm=algorithm,
        qop="auth" if offered else "",
        opaque=params.get("opaque", ""),
        stale=params.get("stale", "").lower() == "true",
    )


def respond(
    challenge: Challenge,
    credentials: Credentials,
    method: str,
    uri: str,
    *,
    cnonce: str,
    nonce_count: int = 1,
) -> str:
    """The 32 or 64 hex digits of the `response` parameter (RFC 7616 section 3.4.1)."""

    def digest(text: str) -> str:
        return _ALGORITHMS[challenge.algorithm](text.encode()).hexdigest()

    ha1 = digest(f"{credentials.username}:{challenge.realm}:{credentials.password}")
    ha2 = digest(f"{method}:{uri}")
    if not challenge.qop:
        return digest(f"{ha1}:{challenge.nonce}:{ha2}")
    return digest(f"{ha1}:{challenge.nonce}:{nonce_count:08x}:{cnonce}:{challenge.qop}:{ha2}")


def authorization(
    challenge: Challenge,
    credentials: Credentials,
    method: str,
    uri: str,
    *,
    cnonce: str,
    nonce_count: int = 1,
) -> str:
    """The value of an Authorization or Proxy-Authorization header."""
    response = respond(challenge, credentials, method, uri, cnonce=cnonce, nonce_count=nonce_count)
    parts = [
        f'username="{_quoted(credentials.username)}"',
        f'realm="{_quoted(challenge.realm)}"',
        f'nonce="{_quoted(challenge.nonce)}"',
        f'uri="{_quoted(uri)}"',
        f'response="{response}"',
        f"algorithm={challenge.algorithm}",
    ]
    if challenge.opaque:
        parts.append(f'opaque="{_quoted(challenge.opaque)}"')
    if challenge.qop:
        parts += [f"qop={challenge.qop}", f"nc={nonce_count:08x}", f'cnonce="{cnonce}"']
    return "Digest " + ", ".join(parts)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
