"""`sources:` of hotline.yaml: other systems whose calls are counted here, by their call records or by watching them."""

import re
from pathlib import Path
from typing import Literal

import pydantic

from calls.errors import BadInput
from hotline.site.keeping import Strict

Mode = Literal["off", "shadow", "enforce"]
"""`off`: nothing of it is taken in. `shadow`: its calls are counted, and what the gate would have said of each is kept.
`enforce`: it is to ask the gate before each call; a call that nobody asked for is told."""
_SOURCE = re.compile(r"[A-Za-z0-9_-]{1,40}")
_PLAIN = re.compile(r"[^\r\n]{1,128}")


class WatchSettings(Strict):
    """Somebody else's Asterisk, watched by a manager account that may read and do nothing."""

    host: str
    port: int = pydantic.Field(5038, ge=1, le=65_535)
    user: str = "hotline"
    password_file: Path | None = None
    """A file with the account's secret and nothing else; default: DIR/var/secrets/watch-NAME."""
    channels: tuple[str, ...] = pydantic.Field(min_length=1)
    """Which of its channels are calls to outside: `PJSIP/carrier-*`, `SIP/trunk*`."""
    number: str = r"\+?\d{5,20}"
    """A regular expression: the first place in the dial string that is the callee's number."""

    @pydantic.field_validator("user")
    @classmethod
    def _one_line(cls, user: str) -> str:
        if not _PLAIN.fullmatch(user):
            raise ValueError("a name of one line is wanted")
        return user

    @pydantic.field_validator("number")
    @classmethod
    def _is_expression(cls, number: str) -> str:
        try:
            re.compile(number)
        except re.error as error:
            raise ValueError(f"{number!r} is no regular expression: {error}") from error
        return number

    def password(self, folder: Path, state: Path, name: str) -> str:
        """The account's secret. Raises BadInput, with what to do, where it cannot be read, or is no secret."""
        default = state / "secrets" / f"watch-{name}"
        path = default if self.password_file is None else folder / self.password_file
        try:
            found = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"{path}: put the secret of manager account {self.user} there, and nothing else") from error
        if not _PLAIN.fullmatch(found):
            raise BadInput(f"{path}: one line with the secret of manager account {self.user} is wanted")
        return found


class SourceSettings(Strict):
    """Another system whose calls are counted here."""

    mode: Mode = "shadow"
    scene: str = ""
    """Of calls that name none."""
    talk_s: float = pydantic.Field(5.0, ge=0.0, le=600.0)
    """From so many seconds on an answered call counts as a talk."""
    columns: dict[str, str] = pydantic.Field(default_factory=dict)
    """Of its call records: what a column is, by the word of its heading or its place: {number: 被叫, at: calldate}."""
    words: dict[str, str] = pydantic.Field(default_factory=dict)
    """Its words for what became of a call: {ANSWERED: answered, 忙: busy}."""
    watch: WatchSettings | None = None


def check_names(sources: dict[str, SourceSettings]) -> dict[str, SourceSettings]:
    """Themselves. Raises ValueError for a name that is none."""
    for name in sources:
        if not _SOURCE.fullmatch(name):
            raise ValueError(f"{name!r} is no name: letters, digits, - and _, at most 40")
    return sources
