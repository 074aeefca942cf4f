"""Roles over HTTP: each request is asked with each role, and lets in whom the table lets in, and nobody else."""

import time
from collections.abc import Mapping
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from fastapi import HTTPException
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection

from hotline.people import users
from hotline.people.roles import OF_PEOPLE, TABLE, Act, Role, cell
from hotline.people.users import User
from hotline.site.sign_in import LinkRole, new_link
from hotline.web.acts import OPEN, Route, acts_by_route
from hotline.web.rights import Guard
from tests.unit.hotline.web.asking import request
from tests.unit.hotline.web.logged import Logged

pytestmark = pytest.mark.tables

_ROUTES: dict[Act, list[str]] = yaml.safe_load((Path(__file__).parent / "routes.yaml").read_text(encoding="utf-8"))
_HEADERS = {"host": "127.0.0.1:8780", "origin": "http://127.0.0.1:8780", "authorization": ""}
_REACHED = 418
"""Of the routes, which do nothing here: what is asked is who comes as far as that."""
_INSIDE: frozenset[Act] = frozenset({"look_up_number", "lead_cases"})
"""Acts that no route is as a whole: they are asked for within `search_calls` and `handle_cases`."""


class _House:
    """An interface whose routes do nothing, with a person for each role; chen is agent 8001."""

    def __init__(self, folder: Path) -> None:
        logged = Logged(folder)
        for name, agent in (("own", "8001"), ("other", "8002")):
            logged.log(name, agents=(agent,))
        for role in OF_PEOPLE:
            agent = "8001" if role == "agent" else ""
            name = role.replace("_", "-")
            users.add(logged.database, User(name=name, roles=(role,), agent=agent, added_at=0.0, added_by="t"))
        self.folder = folder
        self.app = logged.own_app
        self.acts = acts_by_route(self.app, self.app.state.guard)
        for route in self.app.routes:
            if isinstance(route, APIRoute) and not any((method, route.path) in OPEN for method in route.methods or ()):
                route.dependant.call = _reached

    async def headers(self, role: Role) -> dict[str, str]:
        """What a browser, or a program, of this role sends."""
        if role == "machine":
            return {**_HEADERS, "authorization": "Bearer token"}
        kind: LinkRole = "wallboard" if role == "wallboard" else "person"
        link = new_link(self.folder, kind, role.replace("_", "-"), time.time())
        answer = await request(self.app, "POST", "/session", {"link": link}, headers=_HEADERS)
        assert answer.status == 200, answer.json
        (morsel,) = SimpleCookie(answer.headers["set-cookie"]).values()
        return {**_HEADERS, "cookie": f"{morsel.key}={morsel.value}", "hotline-csrf": answer.json["csrf"]}


async def _reached(**_: object) -> None:
    raise HTTPException(_REACHED)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> _House:
    """For what is only asked of it."""
    return _House(tmp_path_factory.mktemp("house"))


@pytest.fixture
def own_house(tmp_path: Path) -> _House:
    """For what is done to it."""
    return _House(tmp_path)


def test_each_route_is_an_act_that_stands_in_the_table(house: _House) -> None:
    told: dict[Route, set[Act]] = {}
    for act, routes in _ROUTES.items():
        for route in routes:
            method, _, path = route.partition(" ")
            told.setdefault((method, path), set()).add(act)
    assert {route: set(acts) for route, acts in house.acts.items() if route not in OPEN} == told
    assert {route for route, acts in house.acts.items() if not acts} == OPEN
    assert _ROUTES.keys() | _INSIDE == TABLE.keys()


def test_without_an_act_there_is_no_interface(own_house: _House) -> None:
    own_house.app.get("/forgotten")(_reached)
    with pytest.raises(LookupError, match="/forgotten"):
        acts_by_route(own_house.app, own_house.app.state.guard)


def _filled(path: str, values: Mapping[str, str]) -> str:
    for name, value in {
        **values,
        "number": "1",
        "attempt": "1",
        "consent": "1",
        "entry": "1",
        "exception": "1",
    }.items():
        path = path.replace(f"{{{name}}}", value)
    return path.replace("{case}", "1").replace("{campaign}", "c").replace("{person}", "p").replace("{name}", "n.wav")


@pytest.mark.parametrize("role", get_args(Role))
async def test_each_request_lets_in_whom_the_table_lets_in(house: _House, role: Role) -> None:
    headers = await house.headers(role)
    wrong, asked = [], 0
    for (method, path), acts in house.acts.items():
        if method == "WS" or not acts:
            continue
        cells = {cell(act, (role,)) for act in acts}
        for call, agent, lets_in in (
            ("own", "8001", "-" not in cells),
            ("other", "8002", cells == {"yes"}),
        ):
            if "own" in cells and "{agent}" not in path and "{call}" not in path:
                pytest.fail(f"{method} {path}: nothing in its path can be anybody's own")
            answer = await request(house.app, method, _filled(path, {"call": call, "agent": agent}), headers=headers)
            asked += 1
            if answer.status not in ((_REACHED, 422) if lets_in else (403,)):
                wrong.append((role, method, path, call, answer.status))
    assert wrong == []
    assert asked > 130


@pytest.mark.parametrize("role", get_args(Role))
async def test_the_wire_opens_to_whom_the_table_lets_in(house: _House, role: Role) -> None:
    headers = [(name.encode(), value.encode()) for name, value in (await house.headers(role)).items()]
    guard = house.app.state.guard
    for act in TABLE:
        scope: dict[str, Any] = {"type": "websocket", "path": "/live/events", "headers": headers}
        assert await _opens(guard, HTTPConnection(scope), act) == (101 if cell(act, (role,)) == "yes" else 403), act


async def _opens(guard: Guard, socket: HTTPConnection, act: Act) -> int:
    try:
        await guard.opens(socket, act)
    except HTTPException as refused:
        return refused.status_code
    return 101


async def test_nobody_comes_anywhere(house: _House) -> None:
    """Neither without a session, nor with one of which only the cookie is there."""
    cookie = (await house.headers("admin"))["cookie"]
    for (method, path), acts in house.acts.items():
        if method == "WS" or not acts:
            continue
        where = _filled(path, {"call": "own", "agent": "8001"})
        for headers, status in (
            (_HEADERS, 401),
            ({**_HEADERS, "authorization": "Bearer wrong"}, 401),
            ({**_HEADERS, "cookie": cookie, "origin": "https://evil.example"}, 403),
            ({**_HEADERS, "cookie": cookie}, _REACHED if method in ("GET", "HEAD") else 403),
        ):
            answer = await request(house.app, method, where, headers=headers)
            assert answer.status == status, (method, path, headers)


async def test_an_agent_whom_nobody_named_has_nothing_of_their_own(own_house: _House) -> None:
    headers = await own_house.headers("agent")
    ask = ("POST", "/agents/8001/ready")
    assert (await request(own_house.app, *ask, headers=headers)).status == _REACHED
    users.set_agent(own_house.folder / "hotline.db", "agent", "")
    answer = await request(own_house.app, *ask, headers=headers)
    assert (answer.status, "hotline people agent" in answer.json["detail"]) == (403, True)
