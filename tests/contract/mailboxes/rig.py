"""A mailbox that tests put messages into, whichever server has it."""

from __future__ import annotations

import imaplib
import threading
from abc import ABC, abstractmethod

from tests.contract.mailboxes.imap_server import ImapServer, serve
from tests.live.dovecot import PASSWORD, USER, Dovecot
from tests.ports import free_port


class MailboxRig(ABC):
    """A mailbox at a port of loopback, without TLS. `with` it; its server can go and come back."""

    user = USER
    password = PASSWORD
    port: int

    @abstractmethod
    def put(self, raw: bytes) -> bytes:
        """A message comes; its UID."""

    @abstractmethod
    def seen(self) -> set[bytes]:
        """UIDs of messages that are marked as seen."""

    @abstractmethod
    def go(self) -> None:
        """The server dies."""

    @abstractmethod
    def come(self) -> None:
        """The server is there again, with the mailbox as it was."""


class OwnRig(MailboxRig):
    """A server of ours, in a thread."""

    def __init__(self) -> None:
        self.port = free_port()
        self._messages: dict[int, bytes] = {}
        self._seen: set[int] = set()
        self._server: ImapServer | None = None

    def __enter__(self) -> OwnRig:
        self.come()
        return self

    def __exit__(self, *_: object) -> None:
        self.go()

    def put(self, raw: bytes) -> bytes:
        uid = max(self._messages, default=3) + 1
        self._messages[uid] = raw
        return str(uid).encode()

    def seen(self) -> set[bytes]:
        return {str(uid).encode() for uid in self._seen}

    def go(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def come(self) -> None:
        self._server = serve(self.port, self._messages, self._seen)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()


class DovecotRig(MailboxRig):
    """The INBOX of a Dovecot that other tests have, too: it is empty at the beginning."""

    def __init__(self, server: Dovecot) -> None:
        self._server = server
        self.port = server.imap_port

    def __enter__(self) -> DovecotRig:
        with self._server.opened() as opened:
            opened.store("1:*", "+FLAGS", "(\\Deleted)") if opened.select()[1] != [b"0"] else None
            opened.expunge()
        return self

    def __exit__(self, *_: object) -> None:
        self.come()

    def put(self, raw: bytes) -> bytes:
        with self._server.opened() as opened:
            return put(opened, raw)

    def seen(self) -> set[bytes]:
        try:
            with self._server.opened() as opened:
                return set(opened.uid("SEARCH", "SEEN")[1][0].split())
        except (OSError, imaplib.IMAP4.error):  # it is just being killed
            return set()

    def go(self) -> None:
        self._server.kill()

    def come(self) -> None:
        if not self._server.is_up:
            self._server.start()


def put(opened: imaplib.IMAP4, raw: bytes, folder: str = "INBOX") -> bytes:
    """Append a message to a folder; its UID (RFC 4315)."""
    status, answer = opened.append(f'"{folder}"', "", "", raw)
    assert status == "OK", answer
    return answer[0].partition(b"]")[0].split()[-1]
