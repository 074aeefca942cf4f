"""The player plays prompts and music on hold.

A prompt stops music by itself and music goes on after it: a channel in the holding bridge does that on its own. Music
ordered while a prompt plays begins after it.
"""

from __future__ import annotations

import os
from functools import partial
from typing import Literal

from calls import commands, events
from calls.causes import FailureReason, Outcome
from calls.ids import AttemptId, LegId
from switch.asterisk import wire
from switch.asterisk.holding_bridges import HoldingBridges
from switch.asterisk.legs import Leg, failure_of
from switch.asterisk.requests import Reply
from switch.asterisk.session import Session
from switch.playing import files_of


class Player:
    """Play, Stop of a Play, StartMusic, StopMusic."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.holding_bridges = HoldingBridges(session)

    # -- prompts

    def play(self, command: commands.Play) -> None:
        """Stop what plays on the leg and play this."""
        session = self._session
        leg = session.leg_of(command)
        if leg is None:
            return
        session.quiet(leg)
        media, outcome = files_of(command, self._file_of)
        if outcome is not None:
            session.later(outcome)
            return
        leg.open[command.attempt] = command
        leg.playing = command.attempt
        session.request(
            command.leg,
            "POST",
            f"channels/{wire.part(command.leg)}/play/{wire.part(command.attempt)}",
            partial(self._accepted, command),
            {"media": media},
        )

    def stop(self, leg: Leg, attempt: AttemptId) -> None:
        """Stop this Play; its PlaybackFinished says so."""
        leg.stopping.add(attempt)
        if leg.playing == attempt:
            leg.playing = None
        self._session.request(leg.id, "DELETE", f"playbacks/{wire.part(attempt)}", partial(self._stopped, leg, attempt))

    def on_finished(self, event: wire.PlaybackFinished) -> None:
        """Asterisk is through with a playback."""
        playback = event.playback
        leg = self._session.legs.get(LegId(playback.target_uri.removeprefix("channel:")))
        if leg is None:
            return
        detail = ""
        outcome = Outcome.FINISHED
        if playback.state == "failed" and leg.hanging_up:
            outcome = Outcome.STOPPED  # nobody is there to hear it: not the prompt's fault
        elif playback.state == "failed":
            outcome, detail = Outcome.FAILED, f"Asterisk could not play {playback.media_uri}"
        self._finish(leg, AttemptId(playback.id), outcome, detail)

    def _finish(self, leg: Leg, attempt: AttemptId, outcome: Outcome, detail: str = "") -> None:
        if leg.playing == attempt:
            leg.playing = None
        stopped = attempt in leg.stopping
        leg.stopping.discard(attempt)
        idle = leg.playing is None and leg.heading is None
        if idle and leg.music != self.holding_bridges.is_one(leg.in_bridge) and not self._is_on_the_way(leg):
            self._catch_up(leg)
        if leg.open.pop(attempt, None) is not None:
            if stopped:
                outcome, detail = Outcome.STOPPED, ""
            reason: FailureReason | None = "missing_file" if outcome is Outcome.FAILED else None
            self._session.emit(events.PlaybackFinished(leg.id, attempt, outcome, detail, reason))

    def _accepted(self, command: commands.Play, reply: Reply) -> None:
        if reply.ok:
            return
        leg = self._session.close(command)
        if leg is not None:
            if leg.playing == command.attempt:
                leg.playing = None
            leg.stopping.discard(command.attempt)
            self._session.emit(failure_of(command, reply))

    def _stopped(self, leg: Leg, attempt: AttemptId, reply: Reply) -> None:
        """404: it was through before the stop came, and the event that says so may be behind this reply."""
        if not reply.ok and self._session.legs.get(leg.id) is leg:
            self._finish(leg, attempt, Outcome.FINISHED)

    def _file_of(self, path: str) -> str | None:
        """The sound of Asterisk that a path is; it finds the ending itself."""
        options = self._session.options
        if options.media_here and not any(os.path.isfile(path + ending) for ending in options.endings):
            return None
        return f"sound:{path}"

    def adopt(self, leg: Leg) -> None:
        """After a gap: what played before it has failed, and may have ended unheard of. If it has not, it does now."""
        leg.stopping.intersection_update(leg.open)
        if leg.playing is not None and leg.playing not in leg.open:
            self._session.request(leg.id, "DELETE", f"playbacks/{wire.part(leg.playing)}")
            leg.playing = None

    # -- music

    def start_music(self, command: commands.StartMusic) -> None:
        """Into the holding bridge, now or after the prompt."""
        session = self._session
        leg = session.leg_of(command)
        if leg is None:
            return
        leg.music = True
        if leg.playing is not None:
            session.later(events.CommandDone(command.attempt, command.leg))
            return
        session.quiet(leg)
        session.quick(command, "POST", self._uri("addChannel", leg))

    def stop_music(self, command: commands.StopMusic) -> None:
        """Out of the holding bridge, now or after the prompt: that is stopped by a Stop only."""
        session = self._session
        leg = session.leg_of(command)
        if leg is None:
            return
        leg.music = False
        if leg.playing is not None:
            session.later(events.CommandDone(command.attempt, command.leg))
            return
        leg.open[command.attempt] = command
        session.request(
            leg.id,
            "POST",
            self._uri("removeChannel", leg),
            partial(self._music_stopped, command),
        )

    def _music_stopped(self, command: commands.StopMusic, reply: Reply) -> None:
        leg = self._session.close(command)
        if leg is None:
            return
        if reply.ok or reply.status == 422:  # 422: it was not in there, so it is silent as it should be
            self._session.emit(events.CommandDone(command.attempt, command.leg))
        else:
            self._session.emit(failure_of(command, reply))

    def _catch_up(self, leg: Leg) -> None:
        """Start or stop the music as it was asked for while a prompt played."""
        self._session.request(leg.id, "POST", self._uri("addChannel" if leg.music else "removeChannel", leg))

    def _is_on_the_way(self, leg: Leg) -> bool:
        return any(isinstance(command, commands.StartMusic) for command in leg.open.values())

    def _uri(self, verb: Literal["addChannel", "removeChannel"], leg: Leg) -> str:
        return f"bridges/{wire.part(self.holding_bridges.of(leg.id))}/{verb}?channel={wire.part(leg.id)}"
