"""Settings of webhooks: who is told of what, and how they know that it is us."""

import ipaddress
import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pydantic

WebhookEvent = Literal["arrival", "ring", "talk", "end", "case", "clock", "notice"]

_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")


class WebhookSettings(pydantic.BaseModel):
    """A receiver of events over HTTP, which is sent each one by POST, signed."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    name: str
    """Its own, which stays: the secret, and what is still to be sent, are kept by it."""
    url: str
    """https, or http on this machine. What it answers with is never followed elsewhere."""
    events: tuple[WebhookEvent, ...] = pydantic.Field(min_length=1)
    secret_file: Path | None = None
    """A file with the secret, `whsec_` and base64; several lines: each signs, so that a new one can be brought in.
    Default: DIR/var/secrets/webhook-NAME, made at first use."""
    numbers: Literal["masked", "full"] = "masked"
    """Callers' numbers, in fields too."""
    timeout_s: float = pydantic.Field(5.0, ge=0.1, le=60.0)
    """For each try, from the connection to the answer."""
    keep_hours: float = pydantic.Field(72.0, gt=0.0, le=24.0 * 30)
    """Older than this, an event that could not be delivered is dropped."""
    earlier_days: int = pydantic.Field(30, ge=0, le=3_650)
    """A ring tells of the number's calls that came within so many days before; 0: of none."""
    earlier_most: int = pydantic.Field(5, ge=0, le=100)
    plain_http: bool = False
    """Allow http to another machine, unencrypted: callers' data is readable on the way."""

    @pydantic.field_validator("name")
    @classmethod
    def _plain_name(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r}: use a small letter, then small letters, digits and '-', at most 32")
        return name

    @pydantic.field_validator("url")
    @classmethod
    def _of_a_server(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment:
            raise ValueError("it is no address of a server, such as https://crm.example/hotline")
        if parts.username is not None or parts.password is not None:
            raise ValueError("no user and password in it: the signature says who sends, and a path can be secret")
        try:
            port = parts.port
        except ValueError as error:
            raise ValueError(f"{error}: 1 to 65535") from error
        if port == 0:
            raise ValueError("no server has port 0")
        return url

    @pydantic.model_validator(mode="after")
    def _not_in_the_clear(self) -> "WebhookSettings":
        parts = urlsplit(self.url)
        if parts.scheme == "http" and not self.plain_http and not _is_loopback(parts.hostname or ""):
            raise ValueError(
                "http to another machine: use https, or say plain_http: true where the way there is private"
            )
        return self

    @property
    def shown_url(self) -> str:
        """The address for logs and screens: what stands behind `?` may be a secret."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}{parts.path}" + ("?…" if parts.query else "")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
