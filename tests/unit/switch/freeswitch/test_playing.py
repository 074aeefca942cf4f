"""What the end of a playback on FreeSWITCH means: the same words are said of a missing file, a stop and a lost leg."""

from pathlib import Path
from unittest.mock import Mock, create_autospec

import pytest

from calls.causes import FailureReason, Outcome
from calls.commands import Clip, Play
from calls.events import PlaybackFinished
from calls.ids import AttemptId, LegId
from switch.freeswitch.legs import Execution, Leg
from switch.freeswitch.playing import Player
from switch.freeswitch.session import FreeSwitchOptions, Session
from switch.freeswitch.wire import Event

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("headers", "stopping", "outcome", "detail", "reason"),
    [
        ({"Application-Response": "FILE PLAYED"}, False, Outcome.FINISHED, "", None),
        ({"Application-Response": "FILE PLAYED"}, True, Outcome.STOPPED, "", None),
        ({"Application-Response": "PLAYBACK ERROR"}, True, Outcome.STOPPED, "", None),
        (
            {"Application-Response": "PLAYBACK ERROR"},
            False,
            Outcome.FAILED,
            "FreeSWITCH says PLAYBACK ERROR",
            "missing_file",
        ),
        (
            {"Application-Response": "FILE NOT FOUND"},
            False,
            Outcome.FAILED,
            "FreeSWITCH says FILE NOT FOUND",
            "missing_file",
        ),
        (
            {"Application-Response": "PLAYBACK ERROR", "Hangup-Cause": "NORMAL_CLEARING"},
            False,
            Outcome.FAILED,
            "the leg ended",
            "leg_gone",
        ),
    ],
)
def test_the_end_of_a_playback(
    tmp_path: Path,
    headers: dict[str, str],
    stopping: bool,
    outcome: Outcome,
    detail: str,
    reason: FailureReason | None,
) -> None:
    (tmp_path / "hello.wav").touch()
    order = Play(LegId("leg"), AttemptId("greet"), (Clip(str(tmp_path / "hello")),))
    session = create_autospec(Session, instance=True)
    session.leg_of.return_value = Leg(order.leg, "", "", inbound=True)
    session.options, session.emit = FreeSwitchOptions("secret"), Mock()

    Player(session).play(order)
    _, application, argument, on_done = session.run.call_args.args
    execution = Execution("0", application, argument, on_done)
    execution.stopping = stopping
    on_done(execution, Event({"Event-Name": "CHANNEL_EXECUTE_COMPLETE", **headers}), None)

    assert argument == str(tmp_path / "hello.wav")
    session.emit.assert_called_once_with(PlaybackFinished(order.leg, order.attempt, outcome, detail, reason))
