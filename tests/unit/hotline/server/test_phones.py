"""Another phone on an account is told once for each time that it takes the account; one that starts anew is not."""

from collections.abc import Mapping

import pytest
from structlog.testing import capture_logs

from hotline.provisioning.port import NoProvisioning
from hotline.server import phones
from hotline.server.phones import SharedAccounts
from switch.registrations import Registration

pytestmark = pytest.mark.unit


class _Registrar(NoProvisioning):
    def __init__(self) -> None:
        self.registered: dict[str, Registration] = {}

    async def registrations(self) -> Mapping[str, Registration]:
        return dict(self.registered)


def _phone(port: int, host: str = "10.0.0.1", name: str = "desk", expires_at: float = 100.0) -> Registration:
    return Registration(f"sip:agent-8001@{host}:{port}", host, name, expires_at)


_DESK = _phone(5060)
_ANEW = _phone(5071)
_HOME = _phone(5060, "192.0.2.7")
_SOFTPHONE = _phone(5080, name="soft")


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        pytest.param([_DESK, _DESK], [], id="the same, for longer"),
        pytest.param([_DESK, _ANEW], [], id="started anew"),
        pytest.param([_DESK, _HOME], [("desk at 192.0.2.7", "desk at 10.0.0.1")], id="from elsewhere"),
        pytest.param([_DESK, _SOFTPHONE], [("soft at 10.0.0.1", "desk at 10.0.0.1")], id="another beside it"),
        pytest.param([_DESK, _ANEW, _DESK], [("desk at 10.0.0.1", "desk at 10.0.0.1")], id="two of a kind, in turn"),
        pytest.param(
            [_DESK, _SOFTPHONE, _DESK],
            [("soft at 10.0.0.1", "desk at 10.0.0.1"), ("desk at 10.0.0.1", "soft at 10.0.0.1")],
            id="there and back",
        ),
        pytest.param([_phone(5060, expires_at=10.0), _HOME], [], id="the first one had been gone for long"),
        pytest.param([_DESK, None, _DESK], [], id="away for a while"),
    ],
)
async def test_whether_it_is_told(seen: list[Registration | None], told: list[tuple[str, str]]) -> None:
    registrar = _Registrar()
    accounts = SharedAccounts()
    with capture_logs() as logs:
        for number, phone in enumerate(seen):
            registrar.registered = {"8001": phone} if phone is not None else {}
            await accounts.look("a", registrar, now := 10.0 * number, 20.0)
            registrar.registered = {"8001": _phone(1, "203.0.113.9", "not looked at")}
            await accounts.look("a", registrar, now + phones.EVERY_S / 2, 20.0)
    assert [(line["phone"], line["before"]) for line in logs] == told
    assert {line["account"] for line in logs} <= {"8001"}
