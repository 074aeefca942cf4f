"""The contract of mail servers: aiosmtpd without TLS, and a real Dovecot by STARTTLS and by TLS, with a password."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.mail.rig import DovecotRig, MailRig, PlainRig
from tests.live.dovecot import Dovecot, running

_SERVERS = [
    pytest.param("plain", marks=pytest.mark.unit),
    pytest.param("starttls", marks=pytest.mark.live),
    pytest.param("tls", marks=pytest.mark.live),
]


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A server of this run's own."""
    with running() as server:
        yield server


@pytest.fixture(params=_SERVERS)
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailRig]:
    """A mail server that is away, and trusted."""
    rig: MailRig
    if request.param == "plain":
        rig = PlainRig()
    else:
        rig = DovecotRig(request.getfixturevalue("dovecot"), request.param)
        monkeypatch.setenv("SSL_CERT_FILE", str(rig.certificate))
    yield rig
    rig.go()
