"""What Asterisk does not tell: messages that nobody here reads, and to callers' networks who talks to them."""

from __future__ import annotations

import re

import pytest

from switch.asterisk import wire
from switch.asterisk.instance.settings import TEMPLATES

pytestmark = pytest.mark.unit

EVENTS = {
    "ast_channel_varset_type": "ChannelVarset",
    "ast_channel_dtmf_begin_type": None,
    "ast_channel_moh_start_type": None,
    "ast_channel_moh_stop_type": None,
    "ast_channel_hangup_handler_type": None,
    "ast_rtp_rtcp_sent_type": None,
    "ast_rtp_rtcp_received_type": None,
}
"""By the kind of a message of Asterisk's own the event of ARI that it becomes (main/stasis_channels.c, 22.10.1)."""


def test_no_message_is_declined_that_we_want_to_be_told() -> None:
    declined = re.findall(r"^decline = (.*)$", (TEMPLATES / "stasis.conf").read_text(), re.MULTILINE)
    assert set(declined) == set(EVENTS)
    assert not {EVENTS[kind] for kind in declined} & set(wire.WANTED_EVENTS)


def test_whoever_tells_the_network_a_number_does_not_tell_who_talks_to_the_caller() -> None:
    """P-Asserted-Identity is for calls that we make. With it alone each bridge would send a re-INVITE or an UPDATE."""
    telling = [path for path in TEMPLATES.glob("*.conf") if re.search("^send_(pai|rpid) = yes", path.read_text(), re.M)]
    assert {path.name for path in telling} == {"pjsip.conf", "trunk.conf", "gateway.conf", "peer.conf"}
    for path in telling:
        assert re.search("^send_connected_line = no$", path.read_text(), re.MULTILINE), path.name
