"""The pages: files of `console/`, as they stand there, behind a strict content policy. What they show, they ask for."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from fastapi import FastAPI
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "console"
WORDS = FOLDER / "words"

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    "Cache-Control": "no-cache",  # asked for again each time, and sent only where it is another one
}


class Pages(StaticFiles):
    """Files with the headers of all pages."""

    def __init__(self, secure: bool) -> None:
        """`secure`: browsers shall come by TLS only, from now on."""
        super().__init__(directory=FOLDER, html=True)
        self._headers = HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if secure else {})

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, or not modified."""
        answer = await super().get_response(path, scope)
        answer.headers.update(self._headers)
        return answer


def add(app: FastAPI, url: str | None) -> None:
    """Put the pages into `app` below /console/; `url` is the address that browsers have of us, where it is another."""
    words = words_by_language()

    @app.get("/console/words.json", include_in_schema=False)
    async def words_of_all_languages() -> Any:
        return JSONResponse(words, headers=HEADERS)

    app.mount("/console", Pages(secure=(url or "").startswith("https://")), name="console")

    @app.get("/", include_in_schema=False)
    async def to_the_pages() -> Any:
        return RedirectResponse("console/")


@cache
def words_by_language() -> dict[str, dict[str, str]]:
    """What the pages say, by language: `words/en.yaml`, and what single pages add to it, `words/PAGE/en.yaml`."""
    words: dict[str, dict[str, str]] = {}
    for file in (*sorted(WORDS.glob("*.yaml")), *sorted(WORDS.glob("*/*.yaml"))):
        words.setdefault(file.stem, {}).update(_words(file))
    return words


def _words(file: Path) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where the wheel has it: ten times faster
    return yaml.load(file.read_text(encoding="utf-8"), Loader=loader)
