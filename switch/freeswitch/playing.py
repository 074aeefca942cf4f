"""The player plays prompts and music on hold.

A prompt stops music by itself, and music goes on after it: what runs on a leg is one application, and when it ends
with music ordered, music is begun anew. A prompt to a leg in a talk is heard there alone, and the talk stands.
"""

from __future__ import annotations

import os
from functools import partial

from calls import commands, events
from calls.causes import FailureReason, Outcome
from calls.ids import AttemptId
from switch.freeswitch.legs import Execution, Leg, failed
from switch.freeswitch.session import Session
from switch.freeswitch.wire import Event
from switch.playing import files_of

_UNSAFE_IN_PATH = frozenset("\r\n\0!${}[]")
"""`!` separates files of one playback, the rest would be expanded or read as parameters."""


class Player:
    """Play, Stop of a Play, StartMusic, StopMusic."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._executions: dict[AttemptId, str] = {}

    # -- prompts

    def play(self, command: commands.Play) -> None:
        """Stop what runs on the leg and play this."""
        session = self._session
        leg = session.leg_of(command)
        if leg is None:
            return
        files, outcome = files_of(command, self._file_of)
        if outcome is not None:
            session.later(outcome)
            return
        leg.open[command.attempt] = command
        argument = files[0] if len(files) == 1 else "file_string://" + "!".join(files)
        execution = session.run(leg, "playback", argument, partial(self._done, leg, command), in_talk=True)
        self._executions[command.attempt] = execution

    def stop(self, leg: Leg, attempt: AttemptId) -> None:
        """Stop this Play; its PlaybackFinished says so."""
        execution = self._executions.get(attempt)
        self._session.stop(leg, execution)

    def _done(
        self, leg: Leg, command: commands.Play, execution: Execution, event: Event | None, reason: FailureReason | None
    ) -> None:
        self._executions.pop(command.attempt, None)
        if leg.open.pop(command.attempt, None) is None:
            return
        response = event.get("Application-Response") if event is not None else ""
        if response == "PLAYBACK ERROR" and event is not None and event.get("Hangup-Cause"):
            reason = "leg_gone"  # not the file's fault: it was begun on a leg that had just ended
        if reason is not None:
            self._session.emit(failed(command, reason, "the leg ended" if reason == "leg_gone" else ""))
            return
        # A talk that takes the leg ends a playback with PLAYBACK ERROR: that is a stop.
        if response == "FILE NOT FOUND" or (response == "PLAYBACK ERROR" and not execution.stopping):
            self._session.emit(failed(command, "missing_file", f"FreeSWITCH says {response}"))
            return
        outcome = Outcome.STOPPED if execution.stopping else Outcome.FINISHED
        self._session.emit(events.PlaybackFinished(leg.id, command.attempt, outcome))

    def _file_of(self, path: str) -> str | None:
        """The file to play; None when there is none."""
        if not _UNSAFE_IN_PATH.isdisjoint(path):
            return None
        options = self._session.options
        if not options.media_here:
            return path + options.endings[-1]
        return next((path + ending for ending in options.endings if os.path.isfile(path + ending)), None)

    # -- music

    def start_music(self, command: commands.StartMusic) -> None:
        """Now, or after the prompt. A leg in a talk leaves it for the music."""
        session = self._session
        leg = session.leg_of(command)
        if leg is None:
            return
        leg.music = True
        if leg.talk is not None:
            leg.parked = False
            session.quick(command, "uuid_transfer", f"{leg.id} park inline")
            return
        session.begin_next(leg)
        running = leg.running
        if running is not None and running.argument == session.options.music and not running.started:
            leg.open[command.attempt] = command
            running.commands.append(command)
        else:
            session.later(events.CommandDone(command.attempt, command.leg))

    def stop_music(self, command: commands.StopMusic) -> None:
        """Silence. What plays goes on: it is stopped by a Stop."""
        session = self._session
        leg = session.leg_of(command)
        if leg is None:
            return
        if not session.client.linked:
            session.later(failed(command, "switch_lost"))
            return
        leg.music = False
        if leg.running is not None and leg.running.argument == session.options.music:
            session.stop_running(leg)
        session.later(events.CommandDone(command.attempt, command.leg))
