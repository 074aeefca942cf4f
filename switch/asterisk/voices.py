"""Voices: when the far end of a leg begins to be heard, and when it ceases, by Asterisk's TALK_DETECT.

It goes by the level of each frame (dsp.conf, `silencethreshold`), so a beep or music is a voice, too. Seen of 22.10.1:
a voice of 0.7 s is told 30 ms after it began and 0.2 s after it ended, `duration` 660 ms, without that silence; early
media is told, too, where it is set in the request that places the call; of silence nothing is told. In the source of
earlier releases the first frame of a line counts as a voice even where it is silent, and its end says about 0 ms then.
"""

from __future__ import annotations

from functools import partial

from calls import commands, events
from calls.ids import LegId
from switch.asterisk import wire
from switch.asterisk.requests import Reply
from switch.asterisk.session import Session

MODULE = "func_talkdetect.so"
VARIABLE = "TALK_DETECT(set)"
"""Set in the request that places a call, it tells of early media, too."""
VALUE = str(round(events.VOICE_QUIET_S * 1000))
_REMOVE = "TALK_DETECT(remove)"


class Voices:
    """WatchVoice, and what comes of it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._is_there = False

    def on_link(self) -> None:
        """It may be another Asterisk, with other modules."""
        self._is_there = False

    def watch(self, command: commands.WatchVoice) -> None:
        """Begin or cease to tell. Without the module Asterisk says nothing against it, and nothing at all after."""
        leg = self._session.leg_of(command)
        if leg is None:
            return
        if not command.on or self._is_there:
            self._set(command)
            return
        leg.open[command.attempt] = command
        uri = f"asterisk/modules/{wire.part(MODULE)}"
        self._session.request(leg.id, "GET", uri, partial(self._looked, command))

    def _looked(self, command: commands.WatchVoice, reply: Reply) -> None:
        if self._session.close(command) is None:
            return
        if reply.ok:
            self._is_there = True
            self._set(command)
        else:
            reason = reply.failure if reply.failure in ("deadline", "switch_lost") else "unsupported"
            detail = f"{MODULE}: {reply.reason}"
            self._session.emit(events.CommandFailed(command.attempt, reason, command.leg, detail))

    def _set(self, command: commands.WatchVoice) -> None:
        name, value = (VARIABLE, VALUE) if command.on else (_REMOVE, "")
        uri = f"channels/{wire.part(command.leg)}/variable?variable={wire.part(name)}&value={value}"
        self._session.quick(command, "POST", uri)

    def on_started(self, event: wire.ChannelTalkingStarted) -> None:
        """A voice is heard."""
        if event.channel.id in self._session.legs:
            self._session.emit(events.VoiceBegan(LegId(event.channel.id)))

    def on_finished(self, event: wire.ChannelTalkingFinished) -> None:
        """And is heard no more."""
        if event.channel.id in self._session.legs:
            lasted_s = max(event.duration, 0) / 1000
            self._session.emit(events.VoiceEnded(LegId(event.channel.id), lasted_s, events.VOICE_QUIET_S))
