"""The description of the interface for machines (OpenAPI 3.1): that of the routes, with our errors and the webhooks."""

from typing import Any

from fastapi import FastAPI

from hotline.webhooks import words

_ERROR = {
    "title": "Error",
    "type": "object",
    "required": ["detail"],
    "properties": {"detail": {"type": "string", "description": "What is wrong, and the nearest right word."}},
}


def add(app: FastAPI) -> None:
    """Let `app` describe itself so. Call it once all routes are there."""
    of_routes = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = of_routes()
            webhooks, schemas = words.openapi()
            document["webhooks"] = webhooks
            known = document.setdefault("components", {}).setdefault("schemas", {})
            known |= schemas
            known["HTTPValidationError"] = _ERROR  # FastAPI's own has a list, which nobody can read
            known.pop("ValidationError", None)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to change it
