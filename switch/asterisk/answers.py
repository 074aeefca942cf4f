"""Answers to REST requests of ARI, as far as the adapter reads them; `wire.decode_body` makes them of bodies."""

import msgspec


class Info(msgspec.Struct, frozen=True, gc=False):
    """GET /asterisk/info, as far as it concerns us."""

    class System(msgspec.Struct, frozen=True, gc=False):
        """The version of this Asterisk."""

        version: str

    class Status(msgspec.Struct, frozen=True, gc=False):
        """Since when it runs: another time than before means that it was restarted, and every leg is gone."""

        startup_time: str

    system: System
    status: Status


class Endpoint(msgspec.Struct, frozen=True, gc=False):
    """GET /endpoints/PJSIP. `state`: online, offline, unknown."""

    resource: str
    state: str = "unknown"
    channel_ids: tuple[str, ...] = ()


class RtpStatistics(msgspec.Struct, frozen=True, gc=False):
    """GET /channels/ID/rtp_statistics: how many packets of audio have come."""

    rxcount: int = 0


class Application(msgspec.Struct, frozen=True, gc=False):
    """GET /applications/NAME: what the application owns."""

    channel_ids: tuple[str, ...] = ()
    bridge_ids: tuple[str, ...] = ()
    device_names: tuple[str, ...] = ()
