"""Rights over HTTP: who asks, by their token or their session, and what they may do, by the one table of roles."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param
from starlette.requests import HTTPConnection

from hotline.people.roles import ABOUT, RIGHTS, TABLE, Act, Cell, cell
from hotline.site.web import WebRight
from hotline.web.people import People, Person

SITE = "site"
"""The client with the site's own token: the role `machine`."""
_bearer = HTTPBearer(auto_error=False)


class Client(NamedTuple):
    """A client: a person, the site's own token, or another system with rights of hotline.yaml."""

    name: str
    """As the audit log has it."""
    token: str
    rights: frozenset[WebRight] = frozenset()
    roles: tuple[str, ...] = ()
    """Of a person and of the site's own token; with none, `rights` count."""
    person: str = ""
    """The name of a person, which stands beside all that they do; empty for a machine."""
    agent: str = ""
    """The agent who they are; empty: none."""

    def cell(self, act: Act) -> Cell:
        """How far they may do it."""
        if self.roles or self.person:
            return cell(act, self.roles)
        needed = RIGHTS.get(act)
        return "yes" if needed is not None and needed <= self.rights else "-"

    def may(self, act: Act) -> bool:
        """Whether they may do it, wherever it is."""
        return self.cell(act) == "yes"

    def author(self, given: str = "", field: str = "author") -> str:
        """The name that stands beside what they do: a person's and a client's own, and with the site's token the one
        that is given in `field`. Raises HTTPException 422 for another name than their own, and for none."""
        own = self.person or ("" if self.name == SITE else self.name)
        if own and given not in ("", own):
            raise HTTPException(422, f"client {own} speaks for itself alone: leave {field} out")
        if not own and not given.strip():
            raise HTTPException(422, f"{field}: with the site's own token say whose word it is")
        return own or given

    def author_or(self, given: str) -> str:
        """As `author`; but another system may say which of its people it is, and unless it does, it is the system."""
        return self.author(given) if self.person else given or self.name


class Opened(NamedTuple):
    """A WebSocket that is allowed, for as long as `holds` says so."""

    client: Client
    holds: Callable[[], Awaitable[bool]]


Owns = Callable[[str, Mapping[str, Any]], Awaitable[bool]]
"""Whether what the parameters of a path name is this agent's: the agent is they, or the call is or was theirs."""


class Guard:
    """Knows the clients by their tokens, and people by their sessions."""

    def __init__(
        self, token: str, clients: Sequence[Client] = (), people: People | None = None, owns: Owns | None = None
    ) -> None:
        """`token` is the site's own. Without `owns` nothing is anybody's own."""
        self._clients = (Client(SITE, token, roles=("machine",)), *clients)
        self._people = people
        self._owns = owns
        self._needs: dict[Act, Needs] = {}
        self.sockets: dict[str, Act] = {}
        """The acts of WebSockets, by path: those of other routes stand in what they depend on."""

    def needs(self, act: Act) -> "Needs":
        """A dependency: the client, who may do this."""
        if act not in TABLE:
            raise ValueError(f"{act} is no act of hotline.people.roles")
        return self._needs.setdefault(act, Needs(self, act))

    async def opens(self, socket: HTTPConnection, act: Act, path: Mapping[str, Any] | None = None) -> Opened:
        """The client who opens a WebSocket, and may do this at what `path` names. Raises HTTPException for anybody
        else."""
        where = path or {}
        scheme, token = get_authorization_scheme_param(socket.headers.get("authorization"))
        if scheme.lower() == "bearer":
            return Opened(await self.allowed(self._of(token), act, where), _always)
        people = self._people
        person = None
        if people is not None:
            person = await asyncio.to_thread(people.opening, socket.headers, socket.cookies)
        if people is None or person is None:
            raise _nobody()
        session = person.token
        opened = await self.allowed(_client(person), act, where)

        async def holds() -> bool:
            found = await asyncio.to_thread(people.still, session)
            if found is None:
                return False
            now = _client(found)
            # what was their own when it was opened is, as long as they are the same agent
            return now.cell(act) == "yes" or (now.cell(act) == "own" and bool(now.agent) and now.agent == opened.agent)

        return Opened(opened, holds)

    async def asking(self, request: Request, given: HTTPAuthorizationCredentials | None) -> Client | None:
        """The client who asks; None for nobody whom we know. Raises HTTPException 403 for what another site sent."""
        if given is not None:
            return self._of(given.credentials)
        if self._people is None or not request.cookies:
            return None
        person = await asyncio.to_thread(self._people.asking, request.headers, request.cookies, request.method)
        return None if person is None else _client(person)

    async def allowed(self, client: Client | None, act: Act, path: Mapping[str, Any]) -> Client:
        """The client, who may do this at what `path` names. Raises HTTPException 401 for nobody, 403 for the others."""
        if client is None:
            raise _nobody()
        match client.cell(act):
            case "yes":
                return client
            case "own":
                if client.agent and self._owns is not None and await self._owns(client.agent, path):
                    return client
                theirs = f"agent {client.agent}" if client.agent else "no agent: hotline people agent says which"
                raise HTTPException(403, f"{client.person} is {theirs}, and may do this for themselves alone: {act}")
            case _:
                raise HTTPException(403, _refusal(client, act))

    def _of(self, token: str) -> Client | None:
        """Looks at all of them, in the same time whichever it is."""
        given = token.encode()
        found = [one for one in self._clients if secrets.compare_digest(one.token.encode(), given)]
        return found[0] if found else None


class Needs:
    """A dependency of a route: the client who asks, and may do the act."""

    def __init__(self, guard: Guard, act: Act) -> None:
        self.act: Act = act
        self._guard = guard

    async def __call__(
        self, request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
    ) -> Client:
        """The client. Raises HTTPException 401 for nobody, 403 for one who may not."""
        client = await self._guard.asking(request, given)
        return await self._guard.allowed(client, self.act, request.path_params)


async def _always() -> bool:
    return True


def _client(person: Person) -> Client:
    """A person as a client: no token is theirs."""
    agent = "" if person.user is None else person.user.agent
    return Client(person.name, "", roles=person.roles, person=person.session.person, agent=agent)


def _nobody() -> HTTPException:
    return HTTPException(401, "send a token: Authorization: Bearer … (DIR/var/secrets/web, or a client's)")


def _refusal(client: Client, act: Act) -> str:
    if client.person:
        held = ", ".join(client.roles) or "no role"
        return f"{client.person} ({held}) may not do this: {act}, {ABOUT[act]}"
    if act not in RIGHTS:
        return f"client {client.name}: this needs the site's own token"
    lacking = ", ".join(sorted(RIGHTS[act] - client.rights))
    return f"client {client.name} has not the right {lacking}; give it in hotline.yaml, web.clients"
