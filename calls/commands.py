"""Commands that go out through the door. Imperative; each has one outcome in `calls.events`, always.

| command | outcome when it works | otherwise |
|---|---|---|
| Answer | CallAnswered | CommandFailed or CallEnded |
| EarlyMedia, Ring, StartMusic, StopMusic, MuteRecording, Supervise, ReportTransfer | CommandDone | CommandFailed |
| WatchVoice | CommandDone; VoiceBegan, VoiceEnded while it is on | CommandFailed |
| Play | PlaybackFinished(finished or stopped) | PlaybackFinished(failed) |
| Stop | the outcome of what it stops | nothing: there was nothing to stop |
| Listen | SpeechHeard(final) | CommandFailed |
| Record | RecordingFinished | RecordingFinished(failed) |
| Bridge | Bridged, later Unbridged | CommandFailed: both legs are still ours |
| Originate | CallRinging?, CallAnswered | CallEnded of the new leg, with its cause |
| Redirect | CallEnded(transferred) | CommandFailed |
| HangUp | CallEnded | CallEnded: it was gone already, or goes with the switch |

`Switch.send` never blocks and never calls the sink before it returns. Commands of one leg take effect in the order
sent. Keys are not collected by a switch but by the flow, from `DigitPressed`: so barge-in, time-outs and secrets are
alike on all of them.
"""

from typing import Literal

import msgspec

from calls.causes import Cause
from calls.ids import AttemptId, LegId, Seconds


class Command(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Base of all commands. Encodes to JSON with its class name as the field `type`."""


class Clip(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A sound file. `path` is absolute, without ending: the adapter takes the format that its switch likes best."""

    path: str


class Sentence(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Words that were not known at publish. The live driver makes a `Clip` of them before a switch sees them."""

    text: str
    language: str


Media = Clip | Sentence


class Answer(Command, frozen=True):
    """Take the call."""

    leg: LegId
    attempt: AttemptId


class EarlyMedia(Command, frozen=True):
    """Let the caller hear us before the call is answered, and so charged (SIP 183)."""

    leg: LegId
    attempt: AttemptId


class Ring(Command, frozen=True):
    """Tell the far end of a call that is not answered that it rings (SIP 180): its phone makes the sound of it."""

    leg: LegId
    attempt: AttemptId


class Play(Command, frozen=True):
    """Play clips in order to one leg. Music stops for it and goes on after. A second Play of a leg stops the first."""

    leg: LegId
    attempt: AttemptId
    media: tuple[Media, ...]


class Stop(Command, frozen=True):
    """Stop the Play, Listen or Record that has this attempt."""

    leg: LegId
    attempt: AttemptId


class Listen(Command, frozen=True):
    """Begin to listen to a leg. `hints` are the words that the flow expects.

    `max_s` is the time for silence and speech together. A `patient` one begins beside a prompt: it waits for speech
    until it is told to stop, and `max_s` counts from where the speech begins.
    """

    leg: LegId
    attempt: AttemptId
    language: str
    hints: tuple[str, ...] = ()
    max_s: Seconds = 10.0
    patient: bool = False


class Record(Command, frozen=True):
    """Record what this leg says: a voicemail. `name` is relative to the recordings folder, without ending."""

    leg: LegId
    attempt: AttemptId
    name: str
    max_s: Seconds
    silence_s: Seconds = 0.0
    end_on: str = "#"
    beep: bool = True


class StartMusic(Command, frozen=True):
    """Let the leg hear music on hold, until StopMusic or Bridge."""

    leg: LegId
    attempt: AttemptId


class StopMusic(Command, frozen=True):
    """Silence again."""

    leg: LegId
    attempt: AttemptId


class Bridge(Command, frozen=True):
    """Connect two legs that are up, whatever they do now (music and playback end).

    With `record`, both sides go to a stereo file of that name relative to the recordings folder, left `a`, right `b`;
    then `RecordingFinished` of leg `a` with this attempt follows the bridge's end.
    """

    attempt: AttemptId
    a: LegId
    b: LegId
    record: str | None = None


class Originate(Command, frozen=True):
    """Call out. `leg` is ours to choose and makes the command idempotent.

    `to`: `tel:NUMBER`, `phone:ACCOUNT`, or `phone:ACCOUNT@NODE` for a phone that is registered with another switch of
    this controller, which is reached by a call between the two. With `auto_answer` a phone that can is asked to pick up
    by itself (`Call-Info: <…>;answer-after=0`, as RFC 5373 came out of): somebody has answered, and waits.
    `watch_voice`: as WatchVoice, from the first sound on, before the answer, too; where a switch cannot, it calls all
    the same, and WatchVoice says so.
    """

    leg: LegId
    attempt: AttemptId
    to: str
    caller: str
    caller_name: str
    ring_s: Seconds
    auto_answer: bool = False
    watch_voice: bool = False


class Redirect(Command, frozen=True):
    """Give the leg away for good. `to` as in Originate."""

    leg: LegId
    attempt: AttemptId
    to: str


class Supervise(Command, frozen=True):
    """Let `leg`, a supervisor who is up, hear `target`, whisper to it alone, or join its call.

    Again with another mode changes the mode without a new call; hanging up `leg` ends it.
    """

    leg: LegId
    attempt: AttemptId
    target: LegId
    mode: Literal["listen", "whisper", "barge"]


class ReportTransfer(Command, frozen=True):
    """Tell the phone of `leg`, which has asked for a transfer by its own key, what becomes of it (NOTIFY, RFC 3515).

    `done`: the other side has been taken over; `refused`: the talk goes on as it was. Nothing else changes by it.
    """

    leg: LegId
    attempt: AttemptId
    progress: Literal["done", "refused"]


class WatchVoice(Command, frozen=True):
    """Tell when the far end of this leg begins and ceases to be heard (VoiceBegan, VoiceEnded), or tell it no more.

    By the level of the sound alone: a tone, music and a street are voices, too. It costs the switch some work, and
    keeps it from handing packets on as they are: nobody is watched for longer than is needed.
    """

    leg: LegId
    attempt: AttemptId
    on: bool = True


class MuteRecording(Command, frozen=True):
    """Write silence into the recording of a bridge (`on`), or sound again: both sides stay in step."""

    attempt: AttemptId
    bridge: AttemptId
    on: bool


class HangUp(Command, frozen=True):
    """End a leg; of one that still rings, withdraw it (then its CallEnded says `cancelled`)."""

    leg: LegId
    cause: Cause = Cause.NORMAL


SwitchCommand = (
    Answer
    | EarlyMedia
    | Ring
    | Play
    | Stop
    | Listen
    | Record
    | StartMusic
    | StopMusic
    | Bridge
    | Originate
    | Redirect
    | Supervise
    | MuteRecording
    | ReportTransfer
    | WatchVoice
    | HangUp
)
"""All that a switch adapter must do."""
