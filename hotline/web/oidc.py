"""Signing in by the house's directory: the browser is sent there, and comes back with a code that lets it in.

Out by it, too: the directory itself tells of somebody who signed out there, or may be there no more.

The cookie of the way holds the three words of `Trip` for ten minutes. It is SameSite=Lax, for the way back begins at
the directory; the session's own, which is Strict, is set at the end of it. What stands in the way the sign-in page
tells, in its words, by the reason behind `#`; the log has what to do.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse

from calls.errors import BadInput
from hotline.people import oidc_entrance
from hotline.people.oidc_claims import NotLetIn
from hotline.people.oidc_trip import LONGEST_S, Trip
from hotline.people.throttle import Throttle
from hotline.site import audit
from hotline.views.controller import Controller
from hotline.web.people import People, network_of
from hotline.web.rights import Client
from hotline.web.signing_in import begin_session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotline.people.oidc_provider import Provider

log = structlog.get_logger("hotline")

_NO_STORE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_ADVICE = "`error` says what to do; docs/people.md has the directory's settings"


def add(
    app: FastAPI,
    controller: Controller,
    people: People,
    directory: Provider | None,
    clients: Sequence[Client],
    url: str | None,
) -> None:
    """Put the requests into `app`. Without a directory none of them lets anybody in. `url` is the address that browsers
    have of us, where it is another."""
    throttle, leaving = Throttle(), Throttle()
    cookie = f"{people.cookie}-way"
    taken = tuple(client.name for client in clients)

    def back_to(request: Request) -> str:
        """The address that the directory sends browsers back to; it knows it beforehand."""
        base = url or f"{request.url.scheme}://{request.headers.get('host', '')}"
        return f"{base.rstrip('/')}/session/directory/back"

    def refused(request: Request, error: NotLetIn, page: str) -> RedirectResponse:
        network = network_of(request.client.host if request.client is not None else "")
        told = {"reason": error.reason, "error": str(error), "address": network}
        log.warning("the directory lets nobody in", **told, advice=_ADVICE)
        answer = RedirectResponse(f"{page}#directory={error.reason}", 303, headers=_NO_STORE)
        answer.delete_cookie(cookie, httponly=True, samesite="lax")
        return answer

    @app.get("/session/directory", tags=["session"])
    async def known() -> dict[str, str]:
        """The name of the house's directory, by which people may sign in at GET /session/directory/start; empty where
        there is none."""
        return {"directory": "" if directory is None else directory.settings.name}

    @app.get("/session/directory/start", tags=["session"], status_code=303, response_class=RedirectResponse)
    async def start(request: Request) -> RedirectResponse:
        """Send a browser to the house's directory, whence it comes back to `/session/directory/back`."""
        page = "../../console/"
        try:
            if directory is None:
                raise NotLetIn("away", "there is no directory: hotline.yaml has no `oidc`")
            if not people.is_private(request):
                raise NotLetIn("not_private", "come by https: whoever is on the way would be let in")
            trip = Trip.begun()
            answer = RedirectResponse(await directory.address(trip, back_to(request)), 303, headers=_NO_STORE)
        except NotLetIn as error:
            return refused(request, error, page)
        answer.set_cookie(
            cookie,
            trip.written(time.time()),
            max_age=LONGEST_S,
            secure=people.by_tls(request),
            httponly=True,
            samesite="lax",
        )
        return answer

    async def back(request: Request) -> RedirectResponse:
        page = "../../console/"
        network = network_of(request.client.host if request.client is not None else "")
        try:
            if directory is None:
                raise NotLetIn("away", "there is no directory: hotline.yaml has no `oidc`")
            trip = Trip.read(request.cookies.get(cookie, ""), request.query_params.get("state", ""), time.time())
            if (wait_s := throttle.begin("", network, time.monotonic())) > 0:
                raise NotLetIn("too_soon", f"too many attempts from there; the next one in {wait_s:.0f} s")
            code = _code(request, directory.settings.issuer)
            whom = await directory.person(trip, code, back_to(request))
            new = directory.settings.new_people
            args = (controller.database, whom, new, time.time(), taken)
            user = await asyncio.to_thread(oidc_entrance.let_in, *args)
        except NotLetIn as error:
            return refused(request, error, page)
        except BadInput as error:
            return refused(request, NotLetIn("away", f"the store does not take it: {error}"), page)
        told = f"by the directory from {network}"
        await asyncio.to_thread(audit.note, controller.database.parent, "signed in", told, f"person {user.name}")
        answer = RedirectResponse(page, 303, headers=_NO_STORE)
        await asyncio.to_thread(begin_session, people, answer, request, user.name, "person")
        answer.delete_cookie(cookie, httponly=True, samesite="lax")
        throttle.succeeded("", network)
        return answer

    async def out(request: Request) -> JSONResponse:
        """A logout token (OpenID Connect Back-Channel Logout 1.0, 2.5 to 2.8); its signature is the right to it."""
        network = network_of(request.client.host if request.client is not None else "")
        try:
            if directory is None:
                raise NotLetIn("away", "there is no directory: hotline.yaml has no `oidc`")
            if (wait_s := leaving.begin("", network, time.monotonic())) > 0:
                raise NotLetIn("too_soon", f"too many tokens that did not hold; the next one in {wait_s:.0f} s")
            subject = await directory.signed_out(await _logout_token(request))
            await asyncio.to_thread(oidc_entrance.let_out, controller.database, subject, time.time())
        except (NotLetIn, BadInput) as error:
            told = {"error": str(error), "address": network}
            log.warning("the directory signs nobody out", **told, advice=_ADVICE)
            return JSONResponse({"error": "invalid_request"}, 400, headers=_NO_STORE)
        leaving.succeeded("", network)
        return JSONResponse({}, headers=_NO_STORE)

    # a plain route: directories send parameters of their own along, which must not be refused as misspelt ones
    app.add_route("/session/directory/back", back, methods=["GET"], include_in_schema=False)
    app.add_route("/session/directory/out", out, methods=["POST"], include_in_schema=False)


async def _logout_token(request: Request) -> str:
    """The token of a form. Raises NotLetIn where there is none."""
    try:
        given = parse_qs((await request.body()).decode("ascii")).get("logout_token", [])
    except ValueError:
        given = []
    if len(given) != 1:
        raise NotLetIn("not_valid", "a form with one `logout_token` is wanted")
    return given[0]


def _code(request: Request, issuer: str) -> str:
    """The code that came back. Raises NotLetIn where the directory refused, or it was another one's."""
    given = request.query_params
    if given.get("iss", issuer) != issuer:  # RFC 9207
        raise NotLetIn("not_valid", f"the answer is of {given['iss'][:128]}, and oidc.issuer is another one")
    if "error" in given:
        about = given.get("error_description", "no more said")[:200]
        raise NotLetIn("denied", f"the directory says {given['error'][:64]}: {about}")
    if not given.get("code"):
        raise NotLetIn("not_valid", "the directory sent neither a code nor an error")
    return str(given["code"])
