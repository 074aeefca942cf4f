"""`oidc:` of hotline.yaml: people sign in to the pages by the house's directory, an OpenID Connect provider."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import pydantic

from calls.errors import BadInput
from hotline.site.keeping import Strict

_LONGEST_CLAIM = 128
_Claim = Annotated[str, pydantic.Field(min_length=1, max_length=_LONGEST_CLAIM)]


class OidcSettings(Strict):
    """The provider, this house as its client, and what its claims mean here."""

    issuer: str
    """As the provider's own configuration has it: https://login.example/realms/house"""
    client_id: str = pydantic.Field(min_length=1, max_length=256)
    client_secret_file: Path | None = None
    """A file with the client's secret and nothing else. Left out: a public client, which PKCE alone guards."""
    title: str = pydantic.Field("", max_length=40)
    """The directory's name on the button; left out: the host of the issuer."""
    scopes: tuple[str, ...] = ("openid", "profile")
    person_claim: _Claim = "preferred_username"
    """The claim with a person's name, as `hotline people` has it. One that people change themselves lets them be
    somebody else."""
    person_suffix: str = pydantic.Field("", max_length=_LONGEST_CLAIM)
    """What stands behind each name there and not here, such as @bank.example; a name without it is nobody's."""
    roles_claim: _Claim = "groups"
    """The claim with a person's groups; dots lead into it: realm_access.roles"""
    roles: dict[str, tuple[str, ...]] = pydantic.Field(default_factory=dict)
    """The roles of `hotline people roles` by group. Left out: roles are given by `hotline people` alone."""
    new_people: bool = False
    """Whether somebody whom nobody has added is, at their first sign-in, with the roles of their groups."""

    @pydantic.field_validator("issuer")
    @classmethod
    def _of_a_provider(cls, issuer: str) -> str:
        parts = urlsplit(issuer)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(f"{issuer!r} is no issuer, such as https://login.example/realms/house")
        if parts.username is not None or parts.password is not None:
            raise ValueError("no user and password in it: the client's secret has a file of its own")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError("http to another machine lets anybody on the way say who signs in: use https")
        return issuer

    @pydantic.field_validator("scopes")
    @classmethod
    def _with_openid(cls, scopes: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [scope for scope in scopes if not re.fullmatch(r"[!#-\[\]-~]+", scope)]  # RFC 6749, 3.3
        if wrong or "openid" not in scopes:
            raise ValueError("`openid` is one of them, and each is a word: [openid, profile, groups]")
        return scopes

    @pydantic.model_validator(mode="after")
    def _new_people_have_roles(self) -> "OidcSettings":
        if self.new_people and not self.roles:
            raise ValueError("new_people needs `roles`: whoever comes would have none")
        return self

    @property
    def name(self) -> str:
        """What the button calls the directory."""
        return self.title or str(urlsplit(self.issuer).hostname)

    def secret(self, folder: Path) -> str:
        """The client's secret; empty for a public client. Raises BadInput, with what to do, where it cannot be read."""
        if self.client_secret_file is None:
            return ""
        path = folder / self.client_secret_file
        try:
            found = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            told = f"{path}: put the secret of client {self.client_id} there, and nothing else"
            raise BadInput(f"{told}; hotline.yaml, oidc.client_secret_file names it") from error
        if not found:
            raise BadInput(f"{path}: it is empty; the secret of client {self.client_id} is wanted")
        return found


def is_loopback(host: str) -> bool:
    """Whether this is a name or an address of this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
