"""The contract of mailboxes, once over a server of ours in this process and once over a real Dovecot."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.mailboxes.rig import DovecotRig, MailboxRig, OwnRig
from tests.live.dovecot import Dovecot, running


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A server of this run's own."""
    with running() as server:
        yield server


@pytest.fixture(params=[pytest.param("own", marks=pytest.mark.unit), pytest.param("dovecot", marks=pytest.mark.live)])
def box(request: pytest.FixtureRequest) -> Iterator[MailboxRig]:
    """An empty mailbox."""
    if request.param == "own":
        with OwnRig() as own:
            yield own
        return
    server: Dovecot = request.getfixturevalue("dovecot")
    with DovecotRig(server) as rig:
        yield rig
