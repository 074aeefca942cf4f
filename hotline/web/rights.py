"""Rights over HTTP: who asks, by their token, and what they may."""

import secrets
from collections.abc import Callable, Sequence
from typing import Annotated, NamedTuple, get_args

from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from hotline.site.web import WebRight

SITE = "site"
"""The client with the site's own token, who may do everything."""
_ALL: frozenset[WebRight] = frozenset(get_args(WebRight))
_bearer = HTTPBearer(auto_error=False)


class Client(NamedTuple):
    """A client, by the name that the audit log has."""

    name: str
    token: str
    rights: frozenset[WebRight]


class Guard:
    """Knows the clients by their tokens."""

    def __init__(self, token: str, clients: Sequence[Client] = ()) -> None:
        """`token` is the site's own."""
        self._clients = (Client(SITE, token, _ALL), *clients)

    def needs(self, *rights: WebRight) -> Callable[..., Client]:
        """A dependency: the client, who has all of these rights. Without any: the site's own token is asked for."""

        def client(given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Client:
            asking = self._of(given.credentials) if given is not None else None
            if asking is None:
                raise HTTPException(401, "send a token: Authorization: Bearer … (DIR/var/secrets/web, or a client's)")
            if asking.name == SITE:
                return asking
            if not rights:
                raise HTTPException(403, f"client {asking.name}: this needs the site's own token")
            if lacking := [right for right in rights if right not in asking.rights]:
                told = "give it in hotline.yaml, web.clients"
                raise HTTPException(403, f"client {asking.name} has not the right {', '.join(lacking)}; {told}")
            return asking

        return client

    def _of(self, token: str) -> Client | None:
        """Looks at all of them, in the same time whichever it is."""
        given = token.encode()
        found = [one for one in self._clients if secrets.compare_digest(one.token.encode(), given)]
        return found[0] if found else None
