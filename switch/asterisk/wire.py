"""ARI's words: events in, REST requests out, both as JSON over one WebSocket. No I/O, no clock, no state.

Only the fields that the adapter reads are kept; the rest of each message (about nine tenths) is skipped by the decoder.
A message of a kind not listed here becomes `Unknown`, one that breaks its own kind's shape raises `BadMessage`.

Sources: docs.asterisk.org, "Asterisk REST Interface", events of Asterisk 20 to 22; "ARI REST over WebSocket"
(RESTRequest and RESTResponse, Asterisk >= 20.14, 21.9, 22.4).
"""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote

import msgspec

T = TypeVar("T")

MAX_MESSAGE_BYTES = 64 * 1024 * 1024
"""A list of all channels is the largest answer: about 1 kB a channel. Past this the peer is not Asterisk."""


class BadMessage(ValueError):
    """Not a message of ARI: broken JSON, no `type`, or a known type with fields of the wrong kind."""


class Caller(msgspec.Struct, frozen=True, gc=False):
    """Name and number, empty when withheld."""

    name: str = ""
    number: str = ""


class Dialplan(msgspec.Struct, frozen=True, gc=False):
    """Where the channel entered or left the dialplan. `exten` is the dialled number of a call that came in."""

    context: str = ""
    exten: str = ""
    app_name: str = ""


class Channel(msgspec.Struct, frozen=True, gc=False):
    """A channel as it was when the message was made. `state`: Down, Ring, Ringing, Up, Busy..."""

    id: str
    name: str = ""
    state: str = ""
    caller: Caller = Caller()
    dialplan: Dialplan = Dialplan()
    accountcode: str = ""


class BridgeState(msgspec.Struct, frozen=True, gc=False):
    """A bridge and the ids of the channels in it. `name` is what it was given when it was made, or empty."""

    id: str
    channels: tuple[str, ...] = ()
    name: str = ""


class Playback(msgspec.Struct, frozen=True, gc=False):
    """`state`: queued, playing, continuing, done (also when stopped) or failed."""

    id: str
    state: str
    media_uri: str = ""
    target_uri: str = ""


class LiveRecording(msgspec.Struct, frozen=True, gc=False):
    """Durations in whole seconds. `state`: queued, recording, paused, done, failed, canceled."""

    name: str
    state: str
    duration: int = 0
    silence_duration: int | None = None
    cause: str = ""


class DeviceStateSeen(msgspec.Struct, frozen=True, gc=False):
    """`name` such as PJSIP/agent-1001; `state` such as NOT_INUSE."""

    name: str
    state: str


class Event(msgspec.Struct, frozen=True, tag=True, tag_field="type", gc=False):
    """Base of all that Asterisk tells."""


class StasisStart(Event, frozen=True):
    """A channel came under our control."""

    channel: Channel
    args: tuple[str, ...] = ()


class StasisEnd(Event, frozen=True):
    """A channel left our control: hung up, or given to the dialplan."""

    channel: Channel


class ChannelDtmfReceived(Event, frozen=True):
    """A key, at its release, or again (keys.py). `timestamp` is Asterisk's own, as `2026-11-22T09:48:39.171+0000`."""

    channel: Channel
    digit: str
    duration_ms: int = 0
    timestamp: str = ""

    @property
    def told_at(self) -> float:
        """Epoch seconds by Asterisk's clock; without end when it did not say, and so no repetition of anything."""
        try:
            return datetime.fromisoformat(self.timestamp).timestamp()
        except ValueError:
            return math.inf


class ChannelTalkingStarted(Event, frozen=True):
    """Something is heard of a channel on which TALK_DETECT is set."""

    channel: Channel


class ChannelTalkingFinished(Event, frozen=True):
    """It is heard no more. `duration`: ms, without the silence that ended it."""

    channel: Channel
    duration: int = 0


class Dial(Event, frozen=True):
    """What became of a call out. `dialstatus`: empty at its begin, RINGING, PROGRESS (183), ANSWER, BUSY and so on."""

    peer: Channel
    dialstatus: str = ""


class ChannelDestroyed(Event, frozen=True):
    """The channel is gone. `cause` is Q.850, `tech_cause` the SIP status; 0 for none."""

    channel: Channel
    cause: int = 0
    cause_txt: str = ""
    tech_cause: int = 0


class ChannelHangupRequest(Event, frozen=True):
    """The far end hung up, or we did. StasisEnd follows and says no cause, so it is taken from here.

    With `soft` Asterisk was asked to hang up, by us or by a time-out; else the far end has. `cause` is Q.850, but with
    `soft` a mask: 1 at a time-out, 32 after DELETE.
    """

    channel: Channel
    cause: int = 0
    soft: bool = False
    tech_cause: int = 0


class PlaybackFinished(Event, frozen=True):
    """All media of a playback are through, stopped or failed."""

    playback: Playback


class RecordingFinished(Event, frozen=True):
    """The file is written and closed."""

    recording: LiveRecording


class RecordingFailed(Event, frozen=True):
    """No file, or none that is whole."""

    recording: LiveRecording


class ChannelEnteredBridge(Event, frozen=True):
    """Audio of the channel now goes through the bridge. `bridge.channels` includes it."""

    bridge: BridgeState
    channel: Channel


class ChannelLeftBridge(Event, frozen=True):
    """And no longer does."""

    bridge: BridgeState
    channel: Channel


class ChannelHold(Event, frozen=True):
    """The far end has put us on hold, by sendonly or inactive. Asterisk plays music to the bridged channel itself."""

    channel: Channel


class ChannelUnhold(Event, frozen=True):
    """And has taken us back."""

    channel: Channel


class DeviceStateChanged(Event, frozen=True):
    """A phone rings, is busy, is gone."""

    device_state: DeviceStateSeen


class Destination(msgspec.Struct, frozen=True, gc=False):
    """The target of a REFER: the user part of its address, and the Call-ID of a call that is to be replaced (RFC 3891).

    An attended transfer has both, and the first says nothing then.
    """

    destination: str = ""
    protocol_id: str = ""


class ReferTo(msgspec.Struct, frozen=True, gc=False):
    """The Refer-To header, as Asterisk has read it; `destination_channel` is the call that is to be replaced.

    Without one Asterisk knows no such call.
    """

    requested_destination: Destination = Destination()
    destination_channel: Channel | None = None


class ReferredBy(msgspec.Struct, frozen=True, gc=False):
    """The channel that the REFER came on."""

    source_channel: Channel


class ChannelTransfer(Event, frozen=True):
    """A phone sent REFER and was told 202 (Asterisk >= 20.13, 21.8, 22.3, PJSIP_TRANSFER_HANDLING `ari-only`).

    With a `state` it is the echo of what we reported of it.
    """

    refer_to: ReferTo
    referred_by: ReferredBy
    state: str = ""


class ApplicationReplaced(Event, frozen=True):
    """Another connection took our application name: this one will hear nothing more."""

    application: str = ""


class Variable(msgspec.Struct, frozen=True, gc=False):
    """GET /channels/ID/variable."""

    value: str = ""


class RestResponse(Event, frozen=True, tag="RESTResponse"):
    """The answer to a request of ours. `message_body` is JSON as text, empty for 204."""

    request_id: str
    status_code: int
    reason_phrase: str = ""
    message_body: str = ""


class Unknown(msgspec.Struct, frozen=True, gc=False):
    """A kind of message that the adapter does not know; said once in the log, then counted."""

    type: str


class ChannelUserevent(Event, frozen=True):
    """An event that we have sent ourselves, or that told us of changed accounts."""

    eventname: str


AriEvent = (
    StasisStart
    | StasisEnd
    | ChannelDtmfReceived
    | Dial
    | ChannelDestroyed
    | ChannelHangupRequest
    | PlaybackFinished
    | RecordingFinished
    | RecordingFailed
    | ChannelEnteredBridge
    | ChannelLeftBridge
    | ChannelHold
    | ChannelUnhold
    | ChannelTalkingStarted
    | ChannelTalkingFinished
    | DeviceStateChanged
    | ChannelTransfer
    | ApplicationReplaced
    | ChannelUserevent
)

WANTED_EVENTS = (
    "StasisStart",
    "StasisEnd",
    "ChannelDtmfReceived",
    "Dial",
    "ChannelDestroyed",
    "ChannelHangupRequest",
    "PlaybackFinished",
    "RecordingFinished",
    "RecordingFailed",
    "ChannelEnteredBridge",
    "ChannelLeftBridge",
    "ChannelHold",
    "ChannelUnhold",
    "ChannelTalkingStarted",
    "ChannelTalkingFinished",
    "DeviceStateChanged",
    "ChannelTransfer",
    "ApplicationReplaced",
    "ChannelUserevent",
    "RESTResponse",
)
"""Asterisk filters by these: the rest (ChannelVarset, ChannelStateChange, PlaybackStarted...) is never sent. That a leg
which we called rings Dial says, too; three changes of state a call would say nothing more.

The filter holds for answers to requests too: without RESTResponse in it, no request is ever answered again (22.10.1).
"""

_message: msgspec.json.Decoder[AriEvent | RestResponse] = msgspec.json.Decoder(AriEvent | RestResponse)
_head = msgspec.json.Decoder(Unknown)
_KNOWN = frozenset(WANTED_EVENTS)


def decode(data: bytes | str) -> AriEvent | RestResponse | Unknown:
    """One WebSocket message as a value. Raises BadMessage, and nothing else, whatever the bytes are."""
    if len(data) > MAX_MESSAGE_BYTES:
        raise BadMessage(f"a message of {len(data)} bytes")
    try:
        return _message.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        return _decode_unknown(data, error)


def _decode_unknown(data: bytes | str, why: Exception) -> Unknown:
    try:
        unknown = _head.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise BadMessage(f"{why}: {data[:200]!r}") from why
    if unknown.type in _KNOWN:
        raise BadMessage(f"{unknown.type}: {why}") from why
    return unknown


class _RestRequest(msgspec.Struct, frozen=True, tag="RESTRequest", tag_field="type", omit_defaults=True, gc=False):
    request_id: str
    method: str
    uri: str
    content_type: str = ""
    message_body: str = ""


_encoder = msgspec.json.Encoder()


def encode_request(request_id: str, method: str, uri: str, body: object = None) -> bytes:
    """A REST request as a WebSocket message. `uri` has no leading slash and may carry a query; `body` becomes JSON."""
    if body is None:
        return _encoder.encode(_RestRequest(request_id, method, uri))
    return _encoder.encode(
        _RestRequest(request_id, method, uri, "application/json", _encoder.encode(body).decode("utf-8"))
    )


def decode_body(body: str | bytes, kind: type[T]) -> T:
    """A response's body as `kind`. Raises BadMessage."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadMessage(f"{error}: {body[:200]!r}") from error


_PLAIN = re.compile(r"[A-Za-z0-9_.~:@/-]+\Z")  # RFC 3986: a colon and an @ may stand in a path and in a query


def part(text: str) -> str:
    """An id or name as one part of a URI's path or query: what is not plain is percent-encoded, slashes too."""
    return text.replace("/", "%2F") if _PLAIN.match(text) else quote(text, safe="")
