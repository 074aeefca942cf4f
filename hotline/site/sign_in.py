"""One-time links: who has one signs in to the pages, once and soon.

A link is a file named by its token's digest, so that any process of this user makes one for a running server, and the
folder tells nobody a token. It is taken by moving it away: of two who try, one has it.
"""

import hashlib
import json
import secrets
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import quote

from hotline.site.site import Site
from switch.runfolder import write_private

LinkRole = Literal["admin", "wallboard", "person"]
"""`person` is one of `hotline people`, with the roles that they have there. `admin` may do everything, in the name of
whoever made the link on the machine; `wallboard` sees the live states, on a screen that nobody guards."""
LINK_S = 900.0
"""How long a link waits for whoever was given it."""


class SignInLink(NamedTuple):
    """The one whom a link lets in."""

    person: str
    role: LinkRole
    ends_at: float
    """UTC epoch seconds."""


def new_link(state: Path, role: LinkRole, person: str, now: float) -> str:
    """The token of a new link; links that nobody took in time are deleted. `now`: UTC epoch seconds. Raises OSError."""
    folder = state / "sign_in"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in folder.glob("*.json"):
        link = _read(path)
        if link is None or link.ends_at <= now:
            path.unlink(missing_ok=True)
    token = secrets.token_urlsafe(24)
    link = SignInLink(person, role, now + LINK_S)
    write_private(_path(state, token), json.dumps(link._asdict()))
    return token


def take_link(state: Path, token: str, now: float) -> SignInLink | None:
    """The link of this token, which is gone with it; None where there is none, or no more. Raises OSError."""
    path = _path(state, token)
    taken = path.with_suffix(f".{secrets.token_hex(4)}")
    try:
        path.rename(taken)
    except FileNotFoundError:
        return None
    link = _read(taken)
    taken.unlink()
    return None if link is None or link.ends_at <= now else link


def address(site: Site, token: str = "", desk: str = "") -> str:
    """The address of the pages; with a token, one that signs in, and whose button `Desk` opens that of agent `desk`.
    The part behind `#` leaves no browser."""
    web, console = site.settings.web, site.settings.console
    host = "127.0.0.1" if web.host in ("0.0.0.0", "::") else web.host
    base = console.url or f"http://{host}:{web.port}"
    return f"{base.rstrip('/')}/console/" + (
        f"#sign-in={token}{f'&desk={quote(desk)}' if desk else ''}" if token else ""
    )


def _path(state: Path, token: str) -> Path:
    return state / "sign_in" / f"{hashlib.sha256(token.encode()).hexdigest()}.json"


def _read(path: Path) -> SignInLink | None:
    try:
        return SignInLink(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None
