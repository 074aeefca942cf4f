"""Strictness of the HTTP interface: a parameter, field or value that it does not know is refused with 422 and the
nearest word, never passed over. A misspelt filter would else answer with everything."""

import re
from collections.abc import Iterable
from typing import Annotated, Any

import pydantic
from fastapi import FastAPI, HTTPException, Path, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from dsl.spelling import nearest, nearest_hint

_SHOWN = 60
_LONGEST = 20_000
"""Of a text whose field says no other; with a bound half a character (a lone surrogate) is refused, too."""


AgentPath = Annotated[str, Path(description="An agent of dialplans/agents.yaml.", examples=["8001"])]
Epoch = Annotated[float, pydantic.Field(ge=0, le=32_503_680_000)]
"""UTC epoch seconds, up to the year 3000: what is more are milliseconds."""
CallPath = Annotated[str, Path(description="A call's id.", examples=["switch-1@1795338052.12"])]


class Body(pydantic.BaseModel):
    """The base of every body: a field that is not there is refused, not passed over; so are NaN and Infinity, which
    Python's JSON takes for numbers."""

    model_config = pydantic.ConfigDict(extra="forbid", allow_inf_nan=False, str_max_length=_LONGEST)


def known_parameters(request: Request) -> None:
    """Refuse a parameter of the query that the route does not have, or that stands there twice: a dependency of all."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = _parameters(route.dependant)
    given = [name for name, _ in request.query_params.multi_items()]
    for place, name in enumerate(given):
        if name not in known:
            there = f"there are {', '.join(known)}" if known else "there are none here"
            raise HTTPException(422, f"{name[:_SHOWN]} is no parameter{nearest_hint(name, known)}; {there}")
        if name in given[:place]:
            raise HTTPException(422, f"{name} stands there twice")


def _parameters(of: Dependant) -> list[str]:
    """The parameters of a route, and of all that it depends on."""
    own = [field.alias for field in of.query_params]
    return list(dict.fromkeys([*own, *(name for inner in of.dependencies for name in _parameters(inner))]))


def one_of(what: str, given: str, known: Iterable[str]) -> HTTPException:
    """The refusal of a value that names nothing, with the nearest that does."""
    return HTTPException(422, f"no {what} {given[:_SHOWN]!r}{nearest_hint(given, known)}")


def add(app: FastAPI) -> None:
    """Put the answers to what is not known into `app`."""

    @app.exception_handler(RequestValidationError)
    async def refused(request: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"detail": "; ".join(_told(request, one) for one in error.errors())}, 422)

    @app.exception_handler(404)
    async def not_there(request: Request, error: HTTPException) -> JSONResponse:
        detail = error.detail if "route" in request.scope else _no_such_path(app, request.url.path)
        return JSONResponse({"detail": detail}, 404, headers=error.headers)

    @app.exception_handler(405)
    async def not_so(request: Request, error: HTTPException) -> JSONResponse:
        allowed = (error.headers or {}).get("Allow", "")
        detail = f"{request.method} is not what {request.url.path[:_SHOWN]} takes; it takes {allowed}"
        return JSONResponse({"detail": detail}, 405, headers=error.headers)


def _told(request: Request, problem: Any) -> str:
    """One thing that is wrong, with its place and the nearest right word."""
    where, *path = problem["loc"]
    place = ".".join(map(str, path)) or where
    kind, given = problem["type"], problem.get("input")
    if kind == "extra_forbidden":
        known = _fields(request, path[:-1])
        return f"{place} is no field{nearest_hint(str(path[-1]), known)}; there are {', '.join(known)}"
    if kind == "missing":
        return f"{place} is missing" if path else f"the {where} is missing"
    if kind == "json_invalid":
        return f"the body is no JSON: {problem.get('ctx', {}).get('error', problem['msg'])}"
    words = re.findall(r"'([^']+)'", str(problem.get("ctx", {}).get("expected", "")))
    if words:
        hint = nearest_hint(str(given), words)
        return f"{place}: no {str(given)[:_SHOWN]!r}{hint}; there are {', '.join(words)}"
    return f"{place}: {problem['msg']}"


def _fields(request: Request, path: list[Any]) -> list[str]:
    """The fields of the body's model, or of the model inside it at `path`."""
    route = request.scope.get("route")
    body = route.body_field if isinstance(route, APIRoute) else None
    model: Any = body.field_info.annotation if body is not None else None
    for name in path:
        field = model.model_fields.get(str(name)) if _is_model(model) else None
        model = None if field is None else field.annotation
    return list(model.model_fields) if _is_model(model) else []


def _is_model(model: Any) -> bool:
    return isinstance(model, type) and issubclass(model, pydantic.BaseModel)


def _no_such_path(app: FastAPI, path: str) -> str:
    """The nearest path there is, its names filled in as they were given."""
    given = path.strip("/").split("/")
    likely = []
    for route in app.routes:
        parts = route.path.strip("/").split("/") if isinstance(route, APIRoute) else []
        if len(parts) == len(given):
            pairs = zip(parts, given, strict=True)
            likely.append("/" + "/".join(mine if known.startswith("{") else known for known, mine in pairs))
    near = nearest(path, dict.fromkeys(likely))
    return f"no path {path[:_SHOWN]}" + (f" (did you mean {near}?)" if near else "; /docs has them all")
