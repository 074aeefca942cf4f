"""Music that is ordered as a prompt ends."""

from unittest.mock import Mock, create_autospec

import pytest

from calls import commands
from calls.ids import AttemptId, LegId
from switch.asterisk import wire
from switch.asterisk.client import AriClient
from switch.asterisk.legs import Leg
from switch.asterisk.playing import Player
from switch.asterisk.session import AsteriskOptions, Session

pytestmark = pytest.mark.unit


def test_the_end_of_the_prompt_before_it_does_not_order_it_twice() -> None:
    session = Session(AsteriskOptions("http://127.0.0.1:1/ari", "hotline", "secret", media_here=False))
    client: Mock = create_autospec(AriClient, instance=True)
    session.client = client
    leg = Leg(LegId("leg-1"), "13800138000", "95588", inbound=True)
    session.legs[leg.id] = leg
    player = Player(session)
    player.play(commands.Play(leg.id, AttemptId("menu"), (commands.Clip("/menu"),)))
    player.stop(leg, AttemptId("menu"))
    player.start_music(commands.StartMusic(leg.id, AttemptId("music")))
    player.on_finished(wire.PlaybackFinished(wire.Playback("menu", "done", target_uri="channel:leg-1")))
    assert [call.args[:2] for call in client.request.call_args_list] == [
        ("POST", "channels/leg-1/play/menu"),
        ("DELETE", "playbacks/menu"),
        ("POST", "bridges/hotline-music/addChannel?channel=leg-1"),
    ]
