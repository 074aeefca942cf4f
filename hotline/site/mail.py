"""Settings of mail: who is told of cases by e-mail, and by which server."""

from pathlib import Path
from typing import Literal

import pydantic


class MailSettings(pydantic.BaseModel):
    """An SMTP server, and who is told."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    host: str
    port: int = pydantic.Field(587, ge=1, le=65_535)
    encryption: Literal["starttls", "tls", "none"] = "starttls"
    """`none` is for a server on this machine, or in a network that is yours alone."""
    user: str | None = None
    password_file: Path | None = None
    sender: str = pydantic.Field(alias="from", min_length=3)
    to: dict[str, tuple[str, ...]] = pydantic.Field(min_length=1)
    """Addresses by department, or by a person whom a ladder, a lead's grade or a scene names; `else` are those of
    whoever has none of their own."""
    timeout_s: float = pydantic.Field(20.0, ge=1.0, le=120.0)
    keep_hours: float = pydantic.Field(72.0, gt=0.0, le=24.0 * 30)
    """Older than this, a notice that could not be sent is given up, and the log says so."""

    @pydantic.field_validator("to")
    @classmethod
    def _addresses(cls, to: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for department, addresses in to.items():
            wrong = [one for one in addresses if one.count("@") != 1 or any(sign.isspace() for sign in one)]
            if wrong or not addresses:
                raise ValueError(f"{department}: addresses such as lead@bank.example are wanted, not {wrong or 'none'}")
        return to

    def recipients(self, department: str, people: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Who is told of a case of `department`; of one that people are told of by name, these. Where none of them has
        an address, the department is told."""
        named = dict.fromkeys(address for person in people for address in self.to.get(person, ()))
        return tuple(named) or self.to.get(department) or self.to.get("else", ())
