"""SIP accounts of agents' phones and the store of secrets are the same for every switch."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

PREFIX = "agent-"
"""Of the SIP users of agents' phones: it keeps an agent "1001" apart from a caller whose number is 1001."""


@dataclass(frozen=True)
class AgentAccount:
    """The SIP account of one agent's phone. It registers with `user` and `secret`."""

    agent: str
    secret: str = field(repr=False)
    web: bool = False
    """The phone is a browser's (WebRTC): audio by ICE, DTLS-SRTP and RTP/SAVPF, and no other kind."""

    @property
    def user(self) -> str:
        """The name of the SIP account."""
        return PREFIX + self.agent


class SecretStore:
    """Secrets by name in one file of mode 0600, each made at its first use. Never part of the repository."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._secrets: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}

    def get(self, name: str) -> str:
        """The secret of that name: 24 characters, letters, digits, - and _."""
        if name not in self._secrets:
            self._secrets[name] = secrets.token_urlsafe(18)
            self._save()
        return self._secrets[name]

    def _save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = self._path.with_name(self._path.name + ".new")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(self._secrets, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._path)


def password_in(path: Path) -> str:
    """The password in a file; generated, for this user only, when there is no such file yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24))
    return path.read_text().strip()
