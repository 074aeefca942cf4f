"""Settings of sharing: which lists of numbers the sites of a group tell each other, as keyed hashes."""

import re
from pathlib import Path

import pydantic

from calls.errors import BadInput
from hotline.site.keeping import Strict

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


class SharingSettings(Strict):
    """This site among those of its group."""

    site: str
    """Its name among them, which stays."""
    lists: tuple[str, ...] = ("do_not_call", "group")
    """Entries of these, where they hold everywhere, are told to the others."""
    secret_file: Path | None = None
    """A file with the secret that all sites of the group have, and nothing else; default: DIR/var/secrets/sharing."""

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
