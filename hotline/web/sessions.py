"""Sessions of people who signed in to the pages: each ends by itself, by signing out, or when its time is over.

They are kept in a file, by their tokens' digests: a controller that starts anew signs nobody out, and who reads the
file cannot be anybody. Instants are UTC epoch seconds.
"""

import hashlib
import hmac
import json
import secrets
import threading
from pathlib import Path

import msgspec
import structlog

from hotline.people import session_life
from hotline.site.sign_in import LinkRole
from switch.runfolder import write_private

log = structlog.get_logger("hotline")

MOST = 500
"""Sessions at once; the one that was used least lately ends for a new one."""
_SAVE_USE_S = 600.0
"""How far the kept file may be behind in when a session was used last."""


class Session(msgspec.Struct):
    """A person who is signed in."""

    person: str
    role: LinkRole
    """`person`: with the roles that `hotline people` gives them; else that of the link."""
    began_at: float
    used_at: float
    by_link: bool = False

    def ends_at(self) -> float:
        """When it is over, unless it is used meanwhile."""
        return session_life.ends_at(self.role, self.began_at, self.used_at)


class Sessions:
    """All of them, by their tokens' digests. `path` is read once, and written when one begins or ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sessions = self._kept()
        self._saved_at = 0.0
        self._one = threading.RLock()  # requests look in threads of their own

    def begin(self, person: str, role: LinkRole, now: float, by_link: bool = False) -> str:
        """A new session's token: 192 bits by chance. Raises OSError where it cannot be kept."""
        token = secrets.token_urlsafe(24)
        with self._one:
            self._forget_those_that_ended(now)
            if len(self._sessions) >= MOST:
                del self._sessions[min(self._sessions, key=lambda digest: self._sessions[digest].used_at)]
            self._sessions[_digest(token)] = Session(person, role, now, now, by_link)
            self._save(now)
        return token

    def of(self, token: str, now: float) -> Session | None:
        """The session of this token, which is used with it; None where there is none, or no more."""
        with self._one:
            session = self._sessions.get(_digest(token))
            if session is None or session.ends_at() <= now:
                return None
            session.used_at = max(session.used_at, now)
            if now - self._saved_at > _SAVE_USE_S:
                try:
                    self._save(now)
                except OSError as error:
                    self._saved_at = now
                    advice = "who is signed in stays so until the next start; make the folder writable"
                    log.warning("sessions could not be kept", error=str(error), advice=advice)
            return session

    def end(self, token: str, now: float) -> None:
        """Sign out. Raises OSError where that cannot be kept."""
        with self._one:
            self._sessions.pop(_digest(token), None)
            self._save(now)

    def _forget_those_that_ended(self, now: float) -> None:
        self._sessions = {digest: one for digest, one in self._sessions.items() if one.ends_at() > now}

    def _kept(self) -> dict[str, Session]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, Session])
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.MsgspecError) as error:
            advice = "everybody signs in anew: hotline sign-in prints a link"
            log.warning("sessions could not be read", path=str(self._path), error=str(error), advice=advice)
            return {}

    def _save(self, now: float) -> None:
        self._saved_at = now
        write_private(self._path, json.dumps(msgspec.to_builtins(self._sessions)))


def csrf_token(token: str) -> str:
    """What a page of this session sends beside the cookie when it changes something: another site cannot know it."""
    return hmac.new(token.encode(), b"hotline csrf", hashlib.sha256).hexdigest()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
