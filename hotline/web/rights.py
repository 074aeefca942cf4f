"""Rights over HTTP: who asks, by their token or their session, and what they may."""

import secrets
from collections.abc import Callable, Sequence
from typing import Annotated, NamedTuple, get_args

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param
from starlette.requests import HTTPConnection

from hotline.site.web import WebRight
from hotline.web.people import People, Person
from hotline.web.sessions import ROLES

SITE = "site"
"""The client with the site's own token, who may do everything."""
_ALL: frozenset[WebRight] = frozenset(get_args(WebRight))
_bearer = HTTPBearer(auto_error=False)


class Client(NamedTuple):
    """A client, by the name that the audit log has."""

    name: str
    token: str
    rights: frozenset[WebRight]
    does_everything: bool = False
    """What the site's own token may, too."""


class Opened(NamedTuple):
    """A WebSocket that is allowed, for as long as `holds` says so."""

    client: Client
    holds: Callable[[], bool]


class Guard:
    """Knows the clients by their tokens, and people by their sessions."""

    def __init__(self, token: str, clients: Sequence[Client] = (), people: People | None = None) -> None:
        """`token` is the site's own."""
        self._clients = (Client(SITE, token, _ALL, does_everything=True), *clients)
        self._people = people

    def needs(self, *rights: WebRight) -> Callable[..., Client]:
        """A dependency: the client, who has all of these rights. Without any: the site's own token is asked for."""

        def client(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Client:
            if given is not None:
                return _allowed(self._of(given.credentials), rights)
            person = None
            if self._people is not None:
                person = self._people.asking(request.headers, request.cookies, request.method)
            return _allowed(_client(person), rights)

        return client

    def opens(self, socket: HTTPConnection, *rights: WebRight) -> Opened:
        """The client who opens a WebSocket, and has all of these rights. Raises HTTPException for anybody else."""
        scheme, token = get_authorization_scheme_param(socket.headers.get("authorization"))
        if scheme.lower() == "bearer":
            return Opened(_allowed(self._of(token), rights), lambda: True)
        people = self._people
        person = people.opening(socket.headers, socket.cookies) if people is not None else None
        if people is None or person is None:
            return Opened(_allowed(None, rights), lambda: False)
        return Opened(_allowed(_client(person), rights), lambda: people.still(person))

    def _of(self, token: str) -> Client | None:
        """Looks at all of them, in the same time whichever it is."""
        given = token.encode()
        found = [one for one in self._clients if secrets.compare_digest(one.token.encode(), given)]
        return found[0] if found else None


def _client(person: Person | None) -> Client | None:
    """A person as a client: no token is theirs."""
    if person is None:
        return None
    rules = ROLES[person.session.role]
    return Client(person.name, "", rules.rights, rules.does_everything)


def _allowed(asking: Client | None, rights: Sequence[WebRight]) -> Client:
    if asking is None:
        raise HTTPException(401, "send a token: Authorization: Bearer … (DIR/var/secrets/web, or a client's)")
    if asking.does_everything:
        return asking
    if not rights:
        raise HTTPException(403, f"client {asking.name}: this needs the site's own token")
    if lacking := [right for right in rights if right not in asking.rights]:
        told = "give it in hotline.yaml, web.clients"
        raise HTTPException(403, f"client {asking.name} has not the right {', '.join(lacking)}; {told}")
    return asking
