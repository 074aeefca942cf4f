"""People before the pages: their session by its cookie, and what a browser must show besides.

The cookie is SameSite=Strict and HttpOnly. What changes something needs the session's own word in the header
`Hotline-Csrf`, and a request that names its Origin must come from our own pages; a WebSocket must name it.
"""

import time
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from fastapi import HTTPException
from starlette.datastructures import Headers

from hotline.web.sessions import ROLES, Session, Sessions, csrf_token

CSRF_HEADER = "hotline-csrf"
_READS = ("GET", "HEAD", "OPTIONS")


class Person(NamedTuple):
    """One who is signed in, with the token of their session."""

    session: Session
    token: str

    @property
    def name(self) -> str:
        """As the audit log has it."""
        return f"person {self.session.person}"


class People:
    """Knows people by the cookie. `url` is the address that browsers have of us, where a proxy stands before us."""

    def __init__(self, sessions: Sessions, cookie: str, url: str | None = None) -> None:
        """`cookie` is its name: a browser keeps those of one machine together, whatever their ports are."""
        self.sessions = sessions
        self.cookie = cookie
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

    def still(self, person: Person) -> bool:
        """Whether the session still holds; it is used with the question."""
        return self.sessions.of(person.token, time.time()) is not None

    def is_ours(self, headers: Headers) -> bool:
        """Whether a request that names an Origin comes from our own pages."""
        origin = headers.get("origin")
        return origin is None or self._is_ours(origin, headers)

    def _of(self, cookies: Mapping[str, str]) -> Person | None:
        token = cookies.get(self.cookie)
        session = self.sessions.of(token, time.time()) if token else None
        return None if session is None or token is None else Person(session, token)

    def _is_ours(self, origin: str, headers: Headers) -> bool:
        if self._origin is not None and origin == self._origin:
            return True
        return urlsplit(origin).netloc == headers.get("host", "")


def rights_of(person: Person) -> tuple[str, ...]:
    """The rights of their role."""
    return tuple(sorted(ROLES[person.session.role].rights))


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
