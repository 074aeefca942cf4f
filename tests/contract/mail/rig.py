"""A mail server that notices go to, and what came to its postbox."""

from __future__ import annotations

import email
import email.policy
from abc import ABC, abstractmethod
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.live.dovecot import PASSWORD, USER, Dovecot
from tests.ports import free_port


class Postbox:
    """Takes what comes, unless it is told to refuse: all of it (`refuse`), or what is for one address."""

    def __init__(self, port: int) -> None:
        self.came: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.refuse = ""
        self.refused: dict[str, str] = {}
        self._controller = Controller(self, hostname="127.0.0.1", port=port, ready_timeout=60.0)

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop(no_assert=True)

    async def handle_RCPT(  # aiosmtpd's own spelling
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuse:
            return self.refuse
        assert isinstance(envelope.content, bytes)
        self.came.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"


class MailRig(ABC):
    """A server that is away until it is told to `come`. `settings` are those of hotline.yaml."""

    box: Postbox
    settings: dict[str, Any]
    password: str | None = None

    @abstractmethod
    def come(self) -> None:
        """It takes connections."""

    @abstractmethod
    def go(self) -> None:
        """It dies."""


class PlainRig(MailRig):
    """aiosmtpd by itself: a server on this machine, without TLS and password."""

    def __init__(self) -> None:
        port = free_port()
        self.box = Postbox(port)
        self.settings = {"host": "127.0.0.1", "port": port, "encryption": "none"}

    def come(self) -> None:
        self.box.start()

    def go(self) -> None:
        self.box.stop()


class DovecotRig(MailRig):
    """Dovecot's submission server (RFC 6409) before the postbox. SSL_CERT_FILE has to name `certificate`."""

    password = PASSWORD

    def __init__(self, server: Dovecot, encryption: str) -> None:
        self._server = server
        self.certificate: Path = server.certificate
        self.box = Postbox(server.relay_port)
        port = server.submissions_port if encryption == "tls" else server.submission_port
        self.settings = {"host": "localhost", "port": port, "encryption": encryption, "user": USER}
        server.kill()

    def come(self) -> None:
        self.box.start()
        self._server.start()

    def go(self) -> None:
        self._server.kill()
        self.box.stop()
