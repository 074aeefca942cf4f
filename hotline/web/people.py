"""People before the pages: their session by its cookie, and what a browser must show besides.

The cookie is SameSite=Strict and HttpOnly. What changes something needs the session's own word in the header
`Hotline-Csrf`, and a request that names its Origin must come from our own pages; a WebSocket must name it.
"""

import ipaddress
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from starlette.datastructures import Headers

from hotline.people import session_life
from hotline.people.roster import Roster
from hotline.people.users import User
from hotline.web.sessions import Session, Sessions, csrf_token

CSRF_HEADER = "hotline-csrf"
_READS = ("GET", "HEAD", "OPTIONS")


class Person(NamedTuple):
    """One who is signed in, with the token of their session."""

    session: Session
    token: str
    roles: tuple[str, ...]
    user: User | None = None
    """As `hotline people` has them; None where a link gave the role."""

    @property
    def name(self) -> str:
        """As the audit log has it."""
        return f"person {self.session.person}"


class People:
    """Knows people by the cookie. `url` is the address that browsers have of us, where a proxy stands before us."""

    def __init__(self, sessions: Sessions, cookie: str, roster: Roster, url: str | None = None) -> None:
        """`cookie` is its name: a browser keeps those of one machine together, whatever their ports are."""
        self.sessions = sessions
        self.cookie = cookie
        self._roster = roster
        self._origin = _origin_of(url) if url else None

    def asking(self, headers: Headers, cookies: Mapping[str, str], method: str) -> Person | None:
        """Who asks by HTTP; None for nobody whom we know. Raises HTTPException 403 for what another site sent."""
        person = self._of(cookies)
        if person is None:
            return None
        origin = headers.get("origin")
        if origin is not None and not self._is_ours(origin, headers):
            raise HTTPException(403, f"from {origin[:80]}: only our own pages ask with a session")
        if method not in _READS and headers.get(CSRF_HEADER) != csrf_token(person.token):
            raise HTTPException(403, "send the header Hotline-Csrf, as GET /session has it")
        return person

    def opening(self, headers: Headers, cookies: Mapping[str, str]) -> Person | None:
        """Who opens a WebSocket: browsers let any site do so, and always name it."""
        person = self._of(cookies)
        if person is None:
            return None
        origin = headers.get("origin")
        if origin is None or not self._is_ours(origin, headers):
            raise HTTPException(403, f"from {(origin or 'nowhere')[:80]}: only our own pages open this with a session")
        return person

    def of(self, token: str) -> Person | None:
        """The one whose session this token is of, as they are now; the session is used with the question."""
        return self._found(token, self._roster.now)

    def still(self, token: str) -> Person | None:
        """As `of`, for a wire that is open: as they are now, or were a second ago."""
        return self._found(token, self._roster.lately)

    def _found(self, token: str, find: Callable[[str], User | None]) -> Person | None:
        session = self.sessions.of(token, time.time())
        if session is None:
            return None
        if session.role != "person":
            return Person(session, token, (session.role,))
        user = find(session.person)
        if user is None or session.began_at < user.sessions_from:
            return None
        return Person(session, token, user.roles, user)

    def is_ours(self, headers: Headers) -> bool:
        """Whether a request that names an Origin comes from our own pages."""
        origin = headers.get("origin")
        return origin is None or self._is_ours(origin, headers)

    def is_private(self, request: Request) -> bool:
        """Whether nobody reads on the way: it came by TLS, or stays on this machine."""
        return self.by_tls(request) or is_loopback(_host_of(request.headers.get("host", "")))

    def by_tls(self, request: Request) -> bool:
        """Whether the browser came by TLS: to us, or to the proxy before us."""
        host = request.headers.get("host", "")
        return request.url.scheme == "https" or (self._origin is not None and self._origin == f"https://{host}")

    def _of(self, cookies: Mapping[str, str]) -> Person | None:
        token = cookies.get(self.cookie)
        return self.of(token) if token else None

    def _is_ours(self, origin: str, headers: Headers) -> bool:
        if self._origin is not None and origin == self._origin:
            return True
        try:
            return urlsplit(origin).netloc == headers.get("host", "")
        except ValueError:  # no address at all, as "http://["
            return False


def may_set_password_by_link(session: Session, now: float) -> bool:
    """Whether the link that began this session still stands for the password before."""
    return session.by_link and now - session.began_at < session_life.OWN_LINK_S


def is_loopback(host: str) -> bool:
    """Whether this name or address is this machine's own; any other name may be anybody's."""
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761, 6.3
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host_of(authority: str) -> str:
    """The name or address of a Host header; empty for what is none."""
    try:
        return urlsplit(f"//{authority}").hostname or ""
    except ValueError:
        return ""


def network_of(address: str) -> str:
    """The network that attempts are counted by: of IPv6 the /64, which one household has whole."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else address


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
