"""Claims of the house's directory: who somebody is here, with which roles, and who has signed out there. Pure.

A claim is what the directory says of somebody in a signed ID token (OpenID Connect Core 1.0, 2). Only issuer and `sub`
together stay one person's for ever (5.7); the name is what the house knows them by.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from calls.errors import HotlineError
from hotline.people.roles import OF_PEOPLE, Role
from hotline.site.oidc import OidcSettings

Refusal = Literal[
    "away",
    "denied",
    "late",
    "not_valid",
    "no_name",
    "nobody",
    "disabled",
    "other_account",
    "no_role",
    "not_private",
    "too_soon",
]
"""`away`: the directory does not answer, or not as it should. `denied`: it let nobody in. `late`: begun in another
browser, too long ago, or twice. `not_valid`: its word does not hold. `no_name`: it names nobody. `nobody`: not ours.
`other_account`: the name is another account's. `no_role`: no group of theirs has a role here. `not_private`: no TLS.
`too_soon`: too many attempts from there."""
_LONGEST_TITLE = 64
LONGEST_LOGOUT_S = 600.0
"""So long a logout token counts, and is remembered: none counts twice."""
_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
_LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0, 2: `sub`


class NotLetIn(HotlineError):
    """Nobody is let in. `reason` is for the page; the message for whoever keeps the house, with what to do."""

    def __init__(self, reason: Refusal, told: str) -> None:
        super().__init__(told)
        self.reason = reason
        self.retryable = reason == "away"


class Known(NamedTuple):
    """Somebody as the directory knows them."""

    subject: str
    """`ISSUER SUB`: the same for ever, and nobody else's."""
    name: str
    title: str
    roles: tuple[Role, ...] | None
    """Of their groups, in the order of the table of roles; None where roles are given here alone."""


def known(claims: Mapping[str, Any], settings: OidcSettings) -> Known:
    """Whom the claims of a valid ID token are about. Raises NotLetIn for a name or groups that are none here."""
    sub = claims.get("sub")
    if not isinstance(sub, str) or not 0 < len(sub) <= _LONGEST_SUBJECT:
        raise NotLetIn("not_valid", "the directory's token has no `sub`: whose it is, nobody knows")
    title = claims.get("name")
    plain = " ".join(title.split())[:_LONGEST_TITLE] if isinstance(title, str) else ""
    return Known(f"{settings.issuer} {sub}", _name(claims, settings), plain, _roles(claims, settings))


def signed_out(claims: Mapping[str, Any], settings: OidcSettings, now: float) -> str:
    """Whose sessions are over by a valid logout token, as `Known.subject` has them (OpenID Connect Back-Channel Logout
    1.0, 2.4 and 2.6). `now`: UTC epoch seconds. Raises NotLetIn, `not_valid`, for a token of another kind."""
    events = claims.get("events")
    if not isinstance(events, Mapping) or not isinstance(events.get(_LOGOUT), Mapping):
        raise NotLetIn("not_valid", f"the directory's token is not of a sign-out: `events` has no {_LOGOUT}")
    if "nonce" in claims:
        raise NotLetIn("not_valid", "the directory's token has a nonce, which no sign-out may have")
    if abs(now - claims["iat"]) > LONGEST_LOGOUT_S:
        told = f"the directory's sign-out was signed {now - claims['iat']:.0f} s ago"
        raise NotLetIn("not_valid", f"{told}: it is an old one, or one of both clocks is wrong")
    sub = claims.get("sub")
    if not isinstance(sub, str) or not 0 < len(sub) <= _LONGEST_SUBJECT:
        told = "the directory's sign-out has no `sub`, only a session of its own"
        raise NotLetIn("not_valid", f"{told}: let the client have the subject in its logout tokens")
    return f"{settings.issuer} {sub}"


def _name(claims: Mapping[str, Any], settings: OidcSettings) -> str:
    given = _at(claims, settings.person_claim)
    if not isinstance(given, str) or not given.strip():
        told = f"the directory's token has no claim {settings.person_claim}; oidc.person_claim names the one with names"
        raise NotLetIn("no_name", f"{told}, and oidc.scopes what is asked for: there are {_names(claims)}")
    name, suffix = given.strip().casefold(), settings.person_suffix.casefold()
    if not name.endswith(suffix):
        told = f"{given[:64]!r} does not end with {settings.person_suffix!r}, as oidc.person_suffix wants"
        raise NotLetIn("nobody", told)
    return name.removesuffix(suffix)


def _roles(claims: Mapping[str, Any], settings: OidcSettings) -> tuple[Role, ...] | None:
    if not settings.roles:
        return None
    given = _at(claims, settings.roles_claim)
    groups = [given] if isinstance(given, str) else given
    if not isinstance(groups, list):
        told = f"the directory's token has no claim {settings.roles_claim}; oidc.roles_claim names the one with groups"
        raise NotLetIn("no_role", f"{told}, and oidc.scopes what is asked for: there are {_names(claims)}")
    held = {role for group in groups if isinstance(group, str) for role in settings.roles.get(group, ())}
    if not held:
        shown = ", ".join(str(group)[:64] for group in groups[:10]) or "none"
        raise NotLetIn("no_role", f"their groups there are {shown}; none of them has a role in oidc.roles")
    return tuple(role for role in OF_PEOPLE if role in held)


def _at(claims: Mapping[str, Any], path: str) -> Any:
    """The claim of this name; else what the name's dots lead to."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _names(claims: Mapping[str, Any]) -> str:
    """The names of the claims, and no values."""
    return ", ".join(sorted(str(name)[:64] for name in claims)[:30])
