"""Acts by route: what each request is in the table of roles. With a route that names none no interface is made."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import WebSocketRoute

from hotline.people.roles import Act
from hotline.web.rights import Guard, Needs

OPEN = frozenset(
    {
        ("GET", "/health"),
        ("GET", "/waiting/{token}"),  # the token is the right
        ("GET", "/case-state/{token}"),  # likewise
        ("POST", "/session"),
        ("GET", "/session"),  # about whoever asks, as the next two
        ("DELETE", "/session"),
        ("POST", "/session/password"),
        ("GET", "/session/directory"),
        ("GET", "/session/directory/start"),  # whoever comes back is let in by the directory's word
        ("GET", "/"),
        ("GET", "/console/words.json"),
        ("GET", "/docs"),
        ("GET", "/docs/oauth2-redirect"),
    }
)
"""Requests that anybody may send. Besides them there are files: of the pages, and of the description for machines."""

Route = tuple[str, str]
"""Method and path; of a WebSocket the method is `WS`."""


def acts_by_route(app: FastAPI, guard: Guard) -> dict[Route, frozenset[Act]]:
    """The acts that each route asks for, all of them; none for one that is open. Raises LookupError for a route that
    is neither open nor asks for an act: nobody could say who may use it."""
    found: dict[Route, frozenset[Act]] = {}
    for route in app.routes:
        if isinstance(route, WebSocketRoute):
            found["WS", route.path] = frozenset({guard.sockets[route.path]})
        elif isinstance(route, APIRoute):
            acts = frozenset(_acts(route.dependant))
            found |= dict.fromkeys(((method, route.path) for method in route.methods or ()), acts)
    if lacking := [route for route, acts in found.items() if not acts and route not in OPEN]:
        raise LookupError(f"{lacking}: guard.needs(ACT) says who may, of hotline.people.roles")
    return found


def _acts(of: Dependant) -> Iterator[Act]:
    if isinstance(of.call, Needs):
        yield of.call.act
    for inner in of.dependencies:
        yield from _acts(inner)
