"""Settings of the HTTP interface: where it listens, and the other systems that ask with rights of their own."""

import re
from typing import Literal

import pydantic

from hotline.site.keeping import Strict

WebRight = Literal["live", "calls", "numbers", "recordings", "govern", "persons", "approve", "share"]
"""`live`: the state now, trunks, webhooks, metrics. `calls`: call log, cases and the list of messages, numbers masked.
`numbers`: looking a number up there. `recordings`: hearing talks and messages. `govern`: asking the gate of outgoing
calls. `persons`: knowing and telling whose a number is, consents, lists of persons and exceptions.
`approve`: approving scenes, in the client's own name. `share`: the changes of lists that the sites of a group share."""


class WebClientSettings(Strict):
    """Another system that asks over HTTP, with a token and rights of its own; what is no right here it may not."""

    name: str
    """As the audit log has it. Its token is in DIR/var/secrets/web-NAME, made at the first start."""
    rights: tuple[WebRight, ...] = pydantic.Field(min_length=1)

    @pydantic.field_validator("name")
    @classmethod
    def _plain_name(cls, name: str) -> str:
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,31}", name):
            raise ValueError(f"{name!r}: use a small letter, then small letters, digits and '-', at most 32")
        return name


class ConsoleSettings(Strict):
    """The pages that people look at."""

    title: str = "hotline"
    """The house's name, at the head of each page."""
    url: str | None = None
    """The address that browsers have of the pages, where a proxy stands before us: https://hotline.example/"""
    service_level_s: float = pydantic.Field(20.0, gt=0.0, allow_inf_nan=False)
    """A caller who is answered within so many seconds is answered in time."""
    service_level_goal: float = pydantic.Field(0.8, gt=0.0, le=1.0)
    """The share of callers who should be: with less, the wallboard shows it in another colour."""

    @pydantic.field_validator("url")
    @classmethod
    def _an_address(cls, url: str | None) -> str | None:
        if url is not None and not re.fullmatch(r"https?://[^/\s?#@]+(/[^\s?#]*)?", url):
            raise ValueError(f"{url!r} is no address of a site: write https://HOST/ or https://HOST/PREFIX/")
        return url


class WebSettings(Strict):
    """The HTTP interface. All but /health and /waiting/TOKEN needs a token; that of DIR/var/secrets/web may all."""

    host: str = "127.0.0.1"
    port: int = 8780
    clients: tuple[WebClientSettings, ...] = ()

    @pydantic.field_validator("clients")
    @classmethod
    def _different_clients(cls, clients: tuple[WebClientSettings, ...]) -> tuple[WebClientSettings, ...]:
        names = [client.name for client in clients]
        if twice := next((name for place, name in enumerate(names) if name in names[:place]), None):
            raise ValueError(f"two clients have the name {twice}: each needs one of its own")
        return clients
