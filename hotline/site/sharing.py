"""Settings of sharing: which lists of numbers the sites of a group tell each other, as keyed hashes."""

import ipaddress
import re
from pathlib import Path
from urllib.parse import urlsplit

import pydantic

from calls.errors import BadInput
from hotline.site.keeping import Strict

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


class MemberSettings(Strict):
    """Another site of the group, whose changes are fetched over HTTP."""

    url: str
    """Of its HTTP interface: https://shanghai.example/"""
    token_file: Path | None = None
    """A file with the token that it gave this site (a client with the right `share`); default:
    DIR/var/secrets/share-NAME."""
    every_s: float = pydantic.Field(5.0, ge=0.2, le=86_400.0)
    """From one question to the next."""

    @pydantic.field_validator("url")
    @classmethod
    def _of_a_site(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(f"{url!r} is no address of a site, such as https://shanghai.example/")
        if parts.username is not None or parts.password is not None:
            raise ValueError("no user and password in it: the token has a file of its own")
        if parts.scheme == "http" and not _is_loopback(parts.hostname):
            raise ValueError("http to another machine shows the token to everybody on the way: use https")
        return url

    def token_path(self, folder: Path, state: Path, name: str) -> Path:
        """The file of the token, for the site in `folder`."""
        return state / "secrets" / f"share-{name}" if self.token_file is None else folder / self.token_file

    def token(self, folder: Path, state: Path, name: str) -> str:
        """The token. Raises BadInput, with what to do, where it cannot be read."""
        path = self.token_path(folder, state, name)
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"{path}: put the token there that {name} gave this site, and nothing else") from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class SharingSettings(Strict):
    """This site among those of its group."""

    site: str
    """Its name among them, which stays."""
    lists: tuple[str, ...] = ("do_not_call", "group")
    """Entries of these, where they hold everywhere, are told to the others."""
    secret_file: Path | None = None
    """A file with the secret that all sites of the group have, and nothing else; default: DIR/var/secrets/sharing."""

    members: dict[str, MemberSettings] = pydantic.Field(default_factory=dict)
    """The other sites, by their names; those whose changes come by another way are left out."""

    @pydantic.field_validator("members")
    @classmethod
    def _names_of_sites(cls, members: dict[str, MemberSettings]) -> dict[str, MemberSettings]:
        for name in members:
            cls._name_of_a_site(name)
        return members

    @pydantic.field_validator("site")
    @classmethod
    def _name_of_a_site(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r}: use a small letter, then small letters, digits and '-', at most 40")
        return name

    def secret_path(self, folder: Path, state: Path) -> Path:
        """The file of the secret, for the site in `folder`."""
        return state / "secrets" / "sharing" if self.secret_file is None else folder / self.secret_file

    def secret(self, folder: Path, state: Path) -> str:
        """The secret. Raises BadInput, with what to do, where it cannot be read."""
        path = self.secret_path(folder, state)
        try:
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadInput(
                f"{path}: {error.strerror}. One site makes it by `hotline do-not-call share new-secret`; copy that "
                "file to all others, and let nobody else read it"
            ) from error
