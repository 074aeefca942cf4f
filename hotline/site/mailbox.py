"""Settings of mailboxes: where complaints come in by e-mail, by IMAP."""

from pathlib import Path
from typing import Literal

import pydantic

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class MailboxSettings(pydantic.BaseModel):
    """A mailbox that the server reads; each message is a case, or a contact of one."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    name: str = pydantic.Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")
    """Its own: /health and the log name it."""
    host: str
    port: int = pydantic.Field(993, ge=1, le=65_535)
    tls: bool = True
    """Without, only on this machine: a password does not go over a network in the clear."""
    user: str
    password_file: Path
    folder: str = "INBOX"
    category: str = "complaint"
    """As grades.yaml has them."""
    channel: Literal["email", "regulator"] = "email"
    every_s: float = pydantic.Field(30.0, ge=1.0, le=3_600.0)

    @pydantic.model_validator(mode="after")
    def _not_in_the_clear(self) -> "MailboxSettings":
        if not self.tls and self.host not in _LOOPBACK:
            raise ValueError(f"{self.name}: tls: false is for a server on this machine only")
        return self
