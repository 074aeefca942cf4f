"""A browser, as far as the interface sees it: it keeps the cookie, and sends what our pages send."""

import time
from http.cookies import SimpleCookie
from pathlib import Path

from fastapi import FastAPI

from hotline.site.sign_in import LinkRole, new_link
from tests.unit.hotline.web.asking import Answer, request

HOST = {"host": "127.0.0.1:8780"}
OURS, STRANGE = "http://127.0.0.1:8780", "https://evil.example"


class Browser:
    """Keeps the cookie, as a browser does."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.cookie = ""
        self.csrf = ""

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        cookie = {"cookie": self.cookie} if self.cookie else {}
        given = {**HOST, **cookie, "authorization": "", **named}
        answer = await request(self.app, method, path, body, headers=given)
        if "set-cookie" in answer.headers:
            (morsel,) = SimpleCookie(answer.headers["set-cookie"]).values()
            self.cookie = f"{morsel.key}={morsel.value}" if morsel.value else ""
        return answer

    async def sign_in(self, folder: Path, role: LinkRole = "admin") -> Answer:
        link = new_link(folder, role, "operator", time.time())
        answer = await self.ask("POST", "/session", {"link": link}, origin=OURS)
        self.csrf = answer.json["csrf"]
        return answer

    async def by_link_of(self, folder: Path, person: str) -> Answer:
        """Sign a person of `hotline people` in."""
        link = new_link(folder, "person", person, time.time())
        return self._taken(await self.ask("POST", "/session", {"link": link}, origin=OURS))

    async def by_password(self, person: str, password: str, code: str = "") -> Answer:
        given = {"person": person, "password": password, "code": code}
        return self._taken(await self.ask("POST", "/session", given, origin=OURS))

    async def tell(self, path: str, body: object, method: str = "POST") -> Answer:
        """As a page does it."""
        answer = await self.ask(method, path, body, origin=OURS, hotline_csrf=self.csrf)
        return self._taken(answer) if path.startswith("/session") else answer

    def _taken(self, answer: Answer) -> Answer:
        self.csrf = answer.json.get("csrf", self.csrf)
        return answer
