"""WatchVoice on Asterisk: TALK_DETECT is set where its module is there, and what it tells becomes ours."""

import asyncio

import msgspec
import pytest

from calls import commands, events
from calls.ids import AttemptId, LegId
from switch.asterisk import wire
from switch.asterisk.legs import Leg
from switch.asterisk.requests import Reply, Then
from switch.asterisk.session import AsteriskOptions, Session
from switch.asterisk.voices import Voices

pytestmark = pytest.mark.unit
LEG, ATTEMPT = LegId("leg-1"), AttemptId("a1")
SET = "POST channels/leg-1/variable?variable=TALK_DETECT%28set%29&value=200"
REMOVE = "POST channels/leg-1/variable?variable=TALK_DETECT%28remove%29&value="
LOOK = "GET asterisk/modules/func_talkdetect.so"


class Asked:
    """A session whose Asterisk answers as a test says."""

    def __init__(self, **replies: Reply) -> None:
        self.session = Session(AsteriskOptions("http://127.0.0.1:1/ari", "u", "p"))
        self.session.loop = asyncio.get_running_loop()
        self.told: list[events.SwitchEvent] = []
        self.session.emit = self.told.append
        self.session.request = self._request  # type: ignore[method-assign]  # an Asterisk by hand
        self.session.add(Leg(LEG, "", "1001", inbound=False))
        self.session.told_of_legs()
        self.replies = replies
        self.asked: list[str] = []
        self.voices = Voices(self.session)

    def _request(self, about: LegId, method: str, uri: str, then: Then | None = None, body: object = None) -> None:
        self.asked.append(f"{method} {uri}")
        if then is not None:
            then(self.replies.get(method, Reply(204)))


async def test_the_module_is_looked_for_once_a_link():
    asked = Asked()
    asked.voices.watch(commands.WatchVoice(LEG, ATTEMPT))
    asked.voices.watch(commands.WatchVoice(LEG, AttemptId("a2"), on=False))
    asked.voices.watch(commands.WatchVoice(LEG, AttemptId("a3")))
    asked.voices.on_link()
    asked.voices.watch(commands.WatchVoice(LEG, AttemptId("a4")))
    assert asked.asked == [LOOK, SET, REMOVE, SET, LOOK, SET]
    assert asked.told == [events.CommandDone(AttemptId(one), LEG) for one in ("a1", "a2", "a3", "a4")]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(404, failure="refused", reason="404 Not Found"), "unsupported"),
        (Reply(0, failure="deadline", reason="no answer in time"), "deadline"),
        (Reply(0, failure="switch_lost"), "switch_lost"),
    ],
)
async def test_without_the_module_nobody_can_be_heard(reply: Reply, reason: str):
    """Asterisk would take the variable all the same, and say nothing ever after: everybody would be silent."""
    asked = Asked(GET=reply)
    asked.voices.watch(commands.WatchVoice(LEG, ATTEMPT))
    assert asked.asked == [LOOK]
    (failed,) = asked.told
    assert isinstance(failed, events.CommandFailed)
    assert (failed.attempt, failed.leg, failed.reason) == (ATTEMPT, LEG, reason)


async def test_a_leg_that_is_gone_is_told():
    asked = Asked()
    asked.voices.watch(commands.WatchVoice(LegId("other"), ATTEMPT))
    await asyncio.sleep(0)
    assert [(one.attempt, one.reason) for one in asked.told if isinstance(one, events.CommandFailed)] == [
        (ATTEMPT, "leg_gone")
    ]


async def test_what_asterisk_hears_is_told_of_our_legs():
    asked = Asked()
    for channel, duration in (("leg-1", 700), ("leg-1", -20), ("another", 100)):
        began = {"type": "ChannelTalkingStarted", "channel": {"id": channel}}
        ended = {"type": "ChannelTalkingFinished", "channel": {"id": channel}, "duration": duration}
        asked.voices.on_started(decoded(began))
        asked.voices.on_finished(decoded(ended))
    assert asked.told == [
        events.VoiceBegan(LEG),
        events.VoiceEnded(LEG, 0.7, 0.2),
        events.VoiceBegan(LEG),
        events.VoiceEnded(LEG, 0.0, 0.2),
    ]


def decoded(message: dict[str, object]) -> object:
    assert message["type"] in wire.WANTED_EVENTS
    return wire.decode(msgspec.json.encode({**message, "timestamp": "", "application": "hotline"}))
