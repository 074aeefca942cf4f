"""Events that come in through the door. Past tense: what a switch saw, in words that no switch owns.

Order: of one leg, as it happened; across legs none is promised. Every command of `calls.commands` has exactly one
outcome among these, also when the leg dies first; the table stands there.
"""

from typing import Literal

import msgspec

from calls.causes import Cause, DeviceState, FailureReason, Outcome
from calls.ids import AttemptId, Instant, LegId, Seconds


class Event(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Base of all that happened. Encodes to JSON with its class name as the field `type`."""


class CallArrived(Event, frozen=True):
    """A leg came in: a caller by a trunk, or an agent who dialled from a phone of ours (`device` is that account).

    `caller` and `called` are as the switch gave them; `calls.numbers` normalises and masks. `trunk`: the name of the
    trunk that it came by, which may write numbers in its own way; empty where it is not known.
    """

    leg: LegId
    caller: str
    called: str
    caller_name: str = ""
    device: str | None = None
    trunk: str = ""


class CallRinging(Event, frozen=True):
    """The far end of an originated leg rings."""

    leg: LegId


class CallAnswered(Event, frozen=True):
    """A leg is up: the outcome of `Answer` and of `Originate`."""

    leg: LegId
    attempt: AttemptId


class DigitPressed(Event, frozen=True):
    """One key: 0-9, *, #, A-D.

    While a step hides digits, the driver puts the real one into its vault and `•` here, before any core or journal
    sees it.
    """

    leg: LegId
    digit: str


class PlaybackFinished(Event, frozen=True):
    """All clips of a `Play` are through, or it was stopped, or it failed: for `reason`; `detail` is for the log."""

    leg: LegId
    attempt: AttemptId
    outcome: Outcome
    detail: str = ""
    reason: FailureReason | None = None


class SpeechHeard(Event, frozen=True):
    """The recogniser understood something while a `Listen` was open. Empty and `final`: nothing was said in time.

    Empty and not `final`: the caller has begun to speak, and no word of it is known yet. `raised`: in a raised voice.
    """

    leg: LegId
    attempt: AttemptId
    text: str
    confidence: float = 1.0
    final: bool = True
    raised: bool = False


class Bridged(Event, frozen=True):
    """Both legs of a `Bridge` hear each other: seen in the switch, not merely ordered."""

    attempt: AttemptId
    legs: tuple[LegId, LegId]


class Unbridged(Event, frozen=True):
    """A bridge that stood has come apart. `survivors` are up, in silence, and ours to place."""

    attempt: AttemptId
    survivors: tuple[LegId, ...]


class RecordingFinished(Event, frozen=True):
    """A recording is on disk, whole. `path` is the file; empty when it failed, and of a talk that was over before
    anything could be recorded of it (`outcome` finished, no duration)."""

    leg: LegId
    attempt: AttemptId
    path: str
    duration_s: Seconds
    outcome: Outcome = Outcome.FINISHED
    ended_by: Literal["silence", "digit", "limit", "hang_up", "stopped", "failed"] = "stopped"


class CallHeld(Event, frozen=True):
    """The far end has put us on hold, by its phone's own key. Told once, until CallResumed or CallEnded.

    The switch plays music to whoever is bridged with the leg, by itself, from now on; the bridge stands.
    """

    leg: LegId


class CallResumed(Event, frozen=True):
    """The far end has taken us back from hold: both sides of its bridge hear each other again."""

    leg: LegId


VOICE_QUIET_S: Seconds = 0.2
"""Silence of so long ends a voice: a switch tells of it so much later."""


class VoiceBegan(Event, frozen=True):
    """The far end of a leg that is watched is heard: somebody speaks, or some other sound is there.

    At the very first sound of a line it may be told of silence; then its end says that nothing lasted.
    """

    leg: LegId


class VoiceEnded(Event, frozen=True):
    """It is heard no more. `quiet_s`: since when, for a switch waits a little before it believes so; `lasted_s`: how
    long it was heard until then. Of what goes on as the leg ends, or as it is watched no more, no end is told."""

    leg: LegId
    lasted_s: Seconds
    quiet_s: Seconds


class CallEnded(Event, frozen=True):
    """The leg is gone: its last event."""

    leg: LegId
    cause: Cause
    detail: str = ""
    unheard_s: Seconds | None = None
    """Of a leg that was answered while nobody of ours was there, and ended before anybody was: how long it was up."""


class AgentDeviceChanged(Event, frozen=True):
    """A phone of ours was seen in another state. `device` is the account's name, `node` the switch that saw it.

    A phone that has moved is told of by both switches. Adapters leave `node` empty; the cell fills it in.
    """

    device: str
    state: DeviceState
    node: str = ""


class TransferRequested(Event, frozen=True):
    """An agent wants the other side of their talk to go on with somebody else. Nothing is done yet.

    `leg` is the agent's; one of a caller never asks. `to` is the target as they wrote it: an account, a number, a name,
    see `control.transfers.transfer_targets`; of an address only the user part is told, so no host outside is ever one.
    `by` is the mouth: the phone's own key (SIP REFER, RFC 3515), a star code, or HTTP.

    `replaces`: another leg of the same switch whose far side is the target, whatever `to` says (an attended transfer,
    REFER with Replaces, RFC 5589). The phone names it, so it is yet to be seen whose it is.
    """

    leg: LegId
    to: str
    by: Literal["phone", "code", "http"] = "phone"
    replaces: LegId | None = None
    briefing: str = ""
    """What whoever gets the caller reads at their screen; only a screen has one."""


class LiveLeg(msgspec.Struct, frozen=True, gc=False):
    """A leg that is up now, as `Switch.calls()` and `SwitchBack` tell of it, for re-adoption."""

    leg: LegId
    caller: str
    called: str
    answered: bool
    inbound: bool
    device: str | None = None
    bridged_with: LegId | None = None
    bridge: AttemptId | None = None
    in_music: bool = False
    trunk: str = ""
    held: bool = False
    """Its far end has put us on hold."""


class EndedLeg(msgspec.Struct, frozen=True, gc=False):
    """A leg that has ended, as call records of the switch's own tell of it. `answered_s`: how long it was up; None:
    nobody answered."""

    leg: LegId
    cause: Cause
    answered_s: Seconds | None = None


class SwitchLost(Event, frozen=True):
    """The control link is down. Calls most likely go on; commands fail until `SwitchBack`.

    `alone`: its controller has no other switch.
    """

    switch: str
    detail: str = ""
    alone: bool = True


class SwitchBack(Event, frozen=True):
    """The link is up; `live` is all that the switch has of ours. What we knew of it and is not there has ended.

    `restarted`: the switch itself started anew, so every earlier leg is gone. `also`: nodes that are no more and whose
    legs are its own now; the empty one is that of ids from before nodes. `ended`: how legs ended of late, where the
    switch keeps call records of its own.
    """

    switch: str
    live: tuple[LiveLeg, ...]
    restarted: bool = False
    also: tuple[str, ...] = ("",)
    ended: tuple[EndedLeg, ...] = ()


class CommandDone(Event, frozen=True):
    """A quick command took effect."""

    attempt: AttemptId
    leg: LegId | None = None


class CommandFailed(Event, frozen=True):
    """A command did not take effect. `reason` is one of a closed set; `detail` is for the log."""

    attempt: AttemptId
    reason: FailureReason
    leg: LegId | None = None
    detail: str = ""


class ClockSet(Event, frozen=True):
    """The wall clock was read: UTC epoch seconds = monotonic instant + `offset_s`.

    The driver's own event. First of all events, and again after every jump of the wall clock: so that cores know legal
    hours without owning a clock, and a replayed journal knows the same ones.
    """

    offset_s: Seconds


class Tick(Event, frozen=True):
    """A deadline came due. The driver's own event, so that a replayed journal ticks alike."""

    due_at: Instant


SwitchEvent = (
    CallArrived
    | CallRinging
    | CallAnswered
    | DigitPressed
    | PlaybackFinished
    | SpeechHeard
    | Bridged
    | Unbridged
    | RecordingFinished
    | CallHeld
    | CallResumed
    | VoiceBegan
    | VoiceEnded
    | CallEnded
    | AgentDeviceChanged
    | TransferRequested
    | SwitchLost
    | SwitchBack
    | CommandDone
    | CommandFailed
)
"""All that a switch adapter may say."""
