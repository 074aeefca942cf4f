"""Accounts of agents' phones that are lent to browsers: each with a password of its own, for as long as a page has it.

The phone on the desk has the account's own password, which no browser ever sees. While an account is lent, only the
browser's password holds, and the switch speaks to that account as to a browser. A password that no page uses any more
ends after GRACE_S: so a page that is loaded anew, or cut off from a controller that is killed, goes on with its own.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import structlog

from switch.accounts import PREFIX
from switch.runfolder import write_private

log = structlog.get_logger("hotline")

GRACE_S = 120.0
"""A password is as good as gone so long after its last page went, or was lent and never used."""


class Lent(msgspec.Struct):
    """An account that is lent; `expires_at` (UTC epoch seconds) counts while no page has its WebSocket open."""

    secret: str
    expires_at: float
    open: int = 0


class WebPhones:
    """All accounts that are lent. The file has their passwords, so that a controller that starts anew ends no phone."""

    def __init__(self, path: Path, utc: Callable[[], float]) -> None:
        self._path = path
        self._utc = utc
        until = utc() + GRACE_S
        self._lent = {account: Lent(secret, until) for account, secret in _kept(path).items()}

    def lend(self, account: str) -> Lent:
        """Lend an account, or lend it for longer: its password is on disk when this returns. Raises OSError."""
        lent = self._lent.get(account)
        if lent is None:
            lent = self._lent[account] = Lent(secrets.token_urlsafe(18), 0.0)
            self._keep()
        lent.expires_at = self._utc() + GRACE_S
        return lent

    def take_back(self, account: str) -> bool:
        """The phone on the desk has its account again; False where it was not lent."""
        if self._lent.pop(account, None) is None:
            return False
        self._keep()
        return True

    def opened(self, account: str) -> bool:
        """A page has opened the WebSocket of this account; False where it is not lent, and may not."""
        lent = self._lent.get(account)
        if lent is not None:
            lent.open += 1
        return lent is not None

    def closed(self, account: str) -> None:
        """That page's WebSocket is gone."""
        lent = self._lent.get(account)
        if lent is not None and lent.open:
            lent.open -= 1
            lent.expires_at = self._utc() + GRACE_S

    def forget_unused(self) -> bool:
        """Take those back that no page has used for too long; whether there was one."""
        now = self._utc()
        unused = [account for account, lent in self._lent.items() if not lent.open and lent.expires_at <= now]
        for account in unused:
            del self._lent[account]
        if unused:
            self._keep()
        return bool(unused)

    def secrets(self) -> Mapping[str, str]:
        """The password of each account that is lent."""
        return {account: lent.secret for account, lent in self._lent.items()}

    def _keep(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(self._path, json.dumps(self.secrets()))


def user_of(account: str) -> str:
    """The SIP user of an account: the same on the desk and in a browser."""
    return f"{PREFIX}{account}"


def _kept(path: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.MsgspecError) as error:
        advice = "agents' pages ask for another password by themselves; make the file readable"
        log.warning("browsers' phones could not be read", path=str(path), error=str(error), advice=advice)
        return {}
