"""Settings of the switches: their kind, how each is reached, and when the audio of its calls counts as dead."""

import re
from pathlib import Path
from typing import Any, Literal

import pydantic

from calls.ids import NODE_NAME
from hotline.site.keeping import Strict
from switch.peers import is_address

_NAME = re.compile(r"[A-Za-z0-9._-]{1,40}")


class MediaTimeoutSettings(Strict):
    """The seconds without audio after which a call counts as dead, see `switch.media_timeout`."""

    waiting_s: int = pydantic.Field(60, ge=2, le=86_400)
    """Of callers, and of whom we call by a trunk."""
    talking_s: int = pydantic.Field(8, ge=2, le=86_400)
    """Of agents' phones. On FreeSWITCH one that sends nothing while it is muted needs more than it may be muted for."""
    hold_s: int = pydantic.Field(300, ge=2, le=86_400)
    """Of whoever has put the other side on hold."""
    muted_s: int = pydantic.Field(3_600, ge=2, le=86_400)
    """Of agents' phones that send no audio and answer SIP; on Asterisk."""


class SwitchSettings(Strict):
    """The switch: its kind, and how to reach it."""

    kind: Literal["asterisk", "freeswitch"] = "asterisk"
    name: str = "switch-1"
    host: str = "127.0.0.1"
    port: int = 8088
    """Of ARI, or of FreeSWITCH's event socket; unless given, 8088 or 8021 by the kind."""
    user: str = "hotline"
    password_file: Path | None = None
    """A file with the password and nothing else; default: DIR/var/secrets/switch."""
    application: str = "hotline"
    """One name for each controller: a second one with the same name takes the first one's place."""
    calls_by: Literal["parking", "outbound_socket"] = "parking"
    """The way a FreeSWITCH hands over calls: parked for the one controller, or offered to several at their `listen`."""
    listen: str = "127.0.0.1:8084"
    """With `calls_by: outbound_socket`: where calls are offered to us. `application` is our name among the others."""
    run_dir: Path | None = None
    """The switch's own folder, shared with it: agents' accounts and the fallback are written there. None: by others."""
    media_timeout: MediaTimeoutSettings = MediaTimeoutSettings()
    """With `run_dir` they are given to the switch at the start and at each publish."""

    @pydantic.model_validator(mode="before")
    @classmethod
    def _port_of_its_kind(cls, given: Any) -> Any:
        """`kind` is the one line that another switch takes."""
        if isinstance(given, dict) and "port" not in given:
            return {**given, "port": 8021 if given.get("kind") == "freeswitch" else 8088}
        return given

    @pydantic.field_validator("listen")
    @classmethod
    def _host_and_port(cls, listen: str) -> str:
        host, _, port = listen.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError(f"{listen!r} is no host and port, such as 127.0.0.1:8084")
        return listen

    @pydantic.model_validator(mode="after")
    def _offered_by_freeswitch_only(self) -> "SwitchSettings":
        if self.calls_by == "outbound_socket" and self.kind != "freeswitch":
            raise ValueError("calls_by: outbound_socket is for kind: freeswitch")
        if self.calls_by == "outbound_socket" and not _NAME.fullmatch(self.application):
            raise ValueError(f"application {self.application!r}: use letters, digits, '.', '_' and '-', at most 40")
        return self


class CellSwitchSettings(SwitchSettings):
    """One switch of several."""

    name: str
    """What ids, log and metrics call it. It stays: the calls of a switch that is renamed go to the first one."""
    sip: str = ""
    """HOST:PORT at which the other switches reach this one's phones; default: port 5060 of `host`."""

    @pydantic.field_validator("name")
    @classmethod
    def _name_of_a_node(cls, name: str) -> str:
        if not NODE_NAME.fullmatch(name):
            raise ValueError(f"{name!r}: use a small letter, then small letters, digits and '-', at most 16")
        return name

    @pydantic.field_validator("sip")
    @classmethod
    def _sip_address(cls, sip: str) -> str:
        if sip and not is_address(sip):
            raise ValueError(f"{sip!r} is no host and port, such as 10.0.0.9:5060")
        return sip

    @property
    def sip_address(self) -> str:
        """Where the other switches reach its phones."""
        return self.sip or f"{self.host}:5060"
