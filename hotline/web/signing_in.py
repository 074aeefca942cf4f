"""Signing in and out over HTTP. A page sends the token of a one-time link, and has a session from then on."""

import asyncio
import hashlib
import time
from typing import Annotated, Any

import pydantic
import structlog
from fastapi import FastAPI, HTTPException, Request, Response

from hotline.site import audit
from hotline.site.sign_in import take_link
from hotline.views.controller import Controller
from hotline.web.attempts import Attempts
from hotline.web.people import People, Person, rights_of
from hotline.web.sessions import ROLES, Session, csrf_token
from hotline.web.strictness import Body

log = structlog.get_logger("hotline")


class SignIn(Body):
    """A one-time link's token."""

    link: Annotated[str, pydantic.Field(max_length=100, examples=["of hotline sign-in"])]


def cookie_name(site_token: str) -> str:
    """The cookie's name, another one for each site of a machine."""
    return f"hotline-{hashlib.sha256(b'cookie ' + site_token.encode()).hexdigest()[:8]}"


def add(app: FastAPI, controller: Controller, people: People) -> None:
    """Put the requests into `app`. None of them needs a token or a right."""
    attempts = Attempts()
    state = controller.database.parent

    @app.post("/session", tags=["session"])
    async def sign_in(wanted: SignIn, request: Request, response: Response) -> dict[str, Any]:
        """Sign in by a one-time link. 401 for one that was used or is too old, 429 after too many of those."""
        if not people.is_ours(request.headers):
            raise HTTPException(403, "only our own pages sign in")
        address, now = request.client.host if request.client is not None else "", time.monotonic()
        if (wait_s := attempts.wait_s(address, now)) > 0:
            told = f"too many attempts; try again in {wait_s:.0f} s"
            raise HTTPException(429, told, {"Retry-After": f"{wait_s:.0f}"})
        link = await asyncio.to_thread(take_link, state, wanted.link, time.time())
        if link is None:
            attempts.failed(address, now)
            log.warning("a sign-in was refused", address=address, advice="`hotline sign-in` prints a new link")
            raise HTTPException(401, "this link was used, or is too old: hotline sign-in prints a new one")
        await asyncio.to_thread(audit.note, state, "signed in", f"{link.role} from {address}", f"person {link.person}")
        token = people.sessions.begin(link.person, link.role, time.time())
        response.set_cookie(
            people.cookie,
            token,
            max_age=int(ROLES[link.role].longest_s),
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        response.headers["Cache-Control"] = "no-store"
        return _told(Person(Session(link.person, link.role, time.time(), time.time()), token))

    @app.get("/session", tags=["session"])
    async def session(request: Request, response: Response) -> dict[str, Any]:
        """The person who is signed in here, and the word that each change needs in the header `Hotline-Csrf`. 401 for
        nobody."""
        person = people.asking(request.headers, request.cookies, "GET")
        if person is None:
            raise HTTPException(401, "nobody is signed in: hotline sign-in prints a link")
        response.headers["Cache-Control"] = "no-store"
        return _told(person)

    @app.delete("/session", tags=["session"])
    async def sign_out(request: Request, response: Response) -> dict[str, bool]:
        """Sign out: the session is over, in all windows."""
        person = people.asking(request.headers, request.cookies, request.method)
        if person is None:
            raise HTTPException(401, "nobody is signed in")
        people.sessions.end(person.token, time.time())
        response.delete_cookie(people.cookie, httponly=True, samesite="strict")
        return {"signed_out": True}


def _told(person: Person) -> dict[str, Any]:
    session = person.session
    return {
        "person": session.person,
        "role": session.role,
        "rights": rights_of(person),
        "csrf": csrf_token(person.token),
        "ends_at": session.ends_at(),
    }
