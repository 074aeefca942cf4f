"""What Asterisk is asked to tell of phones."""

import pytest

from switch.asterisk.devices import subscriptions

pytestmark = pytest.mark.unit


def test_each_phone_is_named_and_never_all_at_once() -> None:
    users = [f"agent-{number}" for number in range(1000, 1120)]
    uris = list(subscriptions("hotline", users))
    assert len(uris) == 3
    named = [
        name for uri in uris for name in uri.removeprefix("applications/hotline/subscription?eventSource=").split(",")
    ]
    assert named == [f"deviceState:PJSIP%2F{user}" for user in users]


def test_of_nobody_nothing_is_asked() -> None:
    assert list(subscriptions("hotline", [])) == []
