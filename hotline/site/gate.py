"""`gate:` of hotline.yaml: the SIP gate before other systems' trunks, and the systems that go by it."""

import ipaddress
import re
from typing import Literal

import pydantic

from hotline.site.keeping import Strict

Mode = Literal["off", "shadow", "enforce"]
"""Of a source. `off`: its calls pass unasked. `shadow`: they are asked for, written, and pass whatever is said."""
_SOURCE = re.compile(r"[A-Za-z0-9_-]{1,40}")


class GateSource(Strict):
    """Another system whose calls go by the gate."""

    address: str
    """From where its calls come: an IP address, with a port where several systems are on one host."""
    trunk: str = pydantic.Field(pattern=r"^sip:[A-Za-z0-9.:\[\]-]{1,200}(;transport=(udp|tcp))?$")
    """Where calls go on to when they pass, such as sip:203.0.113.7:5060."""
    mode: Mode = "enforce"
    scene: str = ""
    """Of calls whose INVITE names none in X-Hotline-Scene."""

    @pydantic.field_validator("address")
    @classmethod
    def _is_address(cls, address: str) -> str:
        host_and_port(address)
        return address


class GateSettings(Strict):
    """The proxy, and its sources."""

    address: str = "127.0.0.1"
    """Where the proxy takes calls."""
    port: int = pydantic.Field(5070, ge=1, le=65_535)
    decider_port: int = pydantic.Field(8451, ge=1, le=65_535)
    """Of the proxy's evapi, on loopback: the controller comes there."""
    talk_s: float = pydantic.Field(5.0, ge=0.0, le=600.0)
    """From so many seconds on an answered call counts as a talk."""
    sources: dict[str, GateSource] = pydantic.Field(min_length=1)

    @pydantic.field_validator("sources")
    @classmethod
    def _different_sources(cls, sources: dict[str, GateSource]) -> dict[str, GateSource]:
        seen: dict[tuple[str, str], str] = {}
        for name, source in sources.items():
            if not _SOURCE.fullmatch(name):
                raise ValueError(f"{name!r} is no name: letters, digits, - and _, at most 40")
            host, port = host_and_port(source.address)
            for (other_host, other_port), other in seen.items():
                if host == other_host and (port == other_port or not port or not other_port):
                    raise ValueError(f"{name} and {other} come from one address: which of them calls?")
            seen[host, port] = name
        return sources


def host_and_port(address: str) -> tuple[str, str]:
    """The parts of `203.0.113.7`, `203.0.113.7:5080`, `[2001:db8::7]:5080`; no port is empty. Raises ValueError."""
    found = re.fullmatch(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<four>[0-9.]+))(?::(?P<port>[0-9]{1,5}))?", address)
    host = (found["six"] or found["four"]) if found else address
    try:
        host = str(ipaddress.ip_address(host))
    except ValueError:
        raise ValueError(f"{address!r} is no IP address; with a port: 203.0.113.7:5080 or [2001:db8::7]:5080") from None
    return host, (found["port"] or "") if found else ""
