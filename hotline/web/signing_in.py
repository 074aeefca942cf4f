"""Signing in and out over HTTP: by a one-time link, or by name, password and one-time code; a session from then on."""

import asyncio
import contextlib
import hashlib
import time
from collections.abc import Iterator
from typing import Annotated, Any

import pydantic
import structlog
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from calls.errors import BadInput
from hotline.people import entrance, users
from hotline.people.roles import acts_of
from hotline.people.session_life import LIVES
from hotline.people.throttle import Throttle
from hotline.site import audit
from hotline.site.sign_in import LinkRole, take_link
from hotline.views.controller import Controller
from hotline.web.people import People, Person, may_set_password_by_link, network_of
from hotline.web.rights import Guard
from hotline.web.sessions import csrf_token
from hotline.web.strictness import Body

log = structlog.get_logger("hotline")
_Word = Annotated[str, pydantic.Field(max_length=256)]


class SignIn(Body):
    """A one-time link's token; or a name and a password, and a one-time code for whom one is asked of."""

    link: Annotated[str, pydantic.Field(max_length=100, examples=["of hotline sign-in"])] = ""
    person: Annotated[str, pydantic.Field(max_length=64)] = ""
    password: _Word = ""
    code: Annotated[str, pydantic.Field(max_length=16)] = ""


class NewPassword(Body):
    """A person's own new password, and the one until now, which soon after a link nobody asks for."""

    password: _Word = pydantic.Field(examples=["four words that nobody says"])
    old: _Word = ""


def cookie_name(site_token: str) -> str:
    """The cookie's name, another one for each site of a machine."""
    return f"hotline-{hashlib.sha256(b'cookie ' + site_token.encode()).hexdigest()[:8]}"


def add(app: FastAPI, controller: Controller, people: People, guard: Guard) -> None:
    """Put the requests into `app`. Those below /session need no right: each is about whoever asks."""
    throttle = Throttle()
    state = controller.database.parent
    one_at_a_time = asyncio.Semaphore(1)

    def attempt(request: Request, name: str) -> str:
        """Count an attempt; the network that it comes from. Raises HTTPException 403 for another site's page and for an
        open line, 429 for one too soon."""
        if not people.is_ours(request.headers):
            raise HTTPException(403, "only our own pages sign in")
        if not people.is_private(request):
            raise HTTPException(403, "come by https: whoever is on the way would read it; docs/console.md says how")
        network = network_of(request.client.host if request.client is not None else "")
        if (wait_s := throttle.begin(name, network, time.monotonic())) > 0:
            told = f"too many attempts; try again in {wait_s:.0f} s"
            raise HTTPException(429, told, {"Retry-After": f"{max(wait_s, 1.0):.0f}"})
        return network

    @app.post("/session", tags=["session"])
    async def sign_in(wanted: SignIn, request: Request, response: Response) -> Any:
        """Sign in by a one-time link, or by `person` and `password`. 401 for what is wrong or too old, with
        `code_needed` where only the one-time code is; 429 too soon after those: pauses grow."""
        if bool(wanted.link) == bool(wanted.person):
            raise HTTPException(422, "send link, or person and password")
        name = wanted.person.strip().casefold()
        network = attempt(request, name)
        role: LinkRole
        by: str
        if wanted.link:
            found = await asyncio.to_thread(take_link, state, wanted.link, time.time())
            if found is None:
                raise _refused(network, "this link was used, or is too old: hotline sign-in prints a new one")
            role = found.role
            by = "by a link" if role == "person" else role
            name = found.person
            if role == "person" and not await asyncio.to_thread(_let_in_by_link, name):
                raise _refused(network, f"{name} may not sign in: hotline people list says why")
        else:
            async with one_at_a_time:
                args = (controller.database, name, wanted.password, wanted.code, time.time())
                answer = await asyncio.to_thread(_let_in, *args)
            if answer.refusal == "code":
                wanting = {"detail": "the one-time code is missing, wrong, or was used", "code_needed": True}
                return JSONResponse(wanting, 401, headers={"Cache-Control": "no-store"})
            if answer.user is None:
                raise _refused(network, "name or password is wrong")
            role = "person"
            by = "by password and code" if answer.user.code else "by password"
        await asyncio.to_thread(audit.note, state, "signed in", f"{by} from {network}", f"person {name}")
        told = await asyncio.to_thread(begin_session, people, response, request, name, role, bool(wanted.link))
        throttle.succeeded("" if wanted.link else name, network)
        return told

    @app.get("/session", tags=["session"])
    async def session(request: Request, response: Response) -> dict[str, Any]:
        """The person who is signed in; `csrf` goes into the header Hotline-Csrf of whatever changes something."""
        person = await asyncio.to_thread(people.asking, request.headers, request.cookies, "GET")
        if person is None:
            raise HTTPException(401, "nobody is signed in: hotline sign-in prints a link")
        response.headers["Cache-Control"] = "no-store"
        return _told(person)

    @app.delete("/session", tags=["session"])
    async def sign_out(request: Request, response: Response) -> dict[str, bool]:
        """Sign out: the session is over, in all windows."""
        person = await asyncio.to_thread(people.asking, request.headers, request.cookies, request.method)
        if person is None:
            raise HTTPException(401, "nobody is signed in")
        people.sessions.end(person.token, time.time())
        response.delete_cookie(people.cookie, httponly=True, samesite="strict")
        return {"signed_out": True}

    @app.post("/session/password", tags=["session"])
    async def new_password(wanted: NewPassword, request: Request, response: Response) -> dict[str, Any]:
        """Set one's own password. All sessions are over; this browser has a new one. 422 says what is wrong with it."""
        person = await asyncio.to_thread(people.asking, request.headers, request.cookies, request.method)
        if person is None:
            raise HTTPException(401, "nobody is signed in")
        user = person.user
        if user is None:
            raise HTTPException(409, "a link gave you a role, not a name: hotline people add makes one")
        network = attempt(request, user.name)
        old = None if may_set_password_by_link(person.session, time.time()) else wanted.old
        async with one_at_a_time:
            given = (controller.database, user, old, wanted.password, time.time())
            with _kept():
                said = await asyncio.to_thread(entrance.change_password, *given)
        if said != entrance.OTHER_PASSWORD:
            throttle.succeeded(user.name, network)
        if said:
            raise HTTPException(422, said)
        await asyncio.to_thread(audit.note, state, "password changed", f"from {network}", person.name)
        return await asyncio.to_thread(begin_session, people, response, request, user.name, "person")

    @app.get("/people", dependencies=[Depends(guard.needs("see_people"))], tags=["session"])
    async def everybody() -> list[dict[str, Any]]:
        """The people of the house who sign in, with roles, as `hotline people list` has them."""
        try:
            return [one.as_data() for one in await asyncio.to_thread(users.users, controller.database)]
        except BadInput as error:
            raise HTTPException(503, str(error)) from error

    def _let_in(*args: Any) -> entrance.Answer:
        with _kept():
            return entrance.let_in(*args)

    def _let_in_by_link(name: str) -> bool:
        with _kept():
            return entrance.let_in_by_link(controller.database, name, time.time())


def begin_session(
    people: People, response: Response, request: Request, name: str, role: LinkRole, by_link: bool = False
) -> dict[str, Any]:
    """Begin a session, put its cookie into the response, and tell of it. Raises HTTPException 401 for one who
    is disabled."""
    token = people.sessions.begin(name, role, time.time(), by_link)
    found = people.of(token)
    if found is None:
        people.sessions.end(token, time.time())
        raise HTTPException(401, f"{name} may not sign in any more")
    response.set_cookie(
        people.cookie,
        token,
        max_age=int(LIVES[role].longest_s),
        secure=people.by_tls(request),
        httponly=True,
        samesite="strict",
    )
    response.headers["Cache-Control"] = "no-store"
    return _told(found)


@contextlib.contextmanager
def _kept() -> Iterator[None]:
    """Turn what the store does not take into 503."""
    try:
        yield
    except BadInput as error:
        raise HTTPException(503, "the store does not take it: nobody is let in, nothing is changed") from error


def _refused(network: str, told: str) -> HTTPException:
    """The refusal, which the log has without the name that was given: people type passwords there."""
    log.warning("a sign-in was refused", address=network, advice="`hotline sign-in` prints a link")
    return HTTPException(401, told)


def _told(person: Person) -> dict[str, Any]:
    session, user = person.session, person.user
    return {
        "person": session.person,
        "title": "" if user is None else user.title,
        "agent": "" if user is None else user.agent,
        "role": session.role,
        "roles": list(person.roles),
        "acts": acts_of(person.roles),
        "may_set_password": user is not None and (bool(user.password) or session.by_link),
        "needs_password": user is not None and not user.password and session.by_link,
        "csrf": csrf_token(person.token),
        "ends_at": session.ends_at(),
    }
