"""Zones as FreeSWITCH wants them: not by IANA name but by rule, as in `CST-8` (POSIX.1, TZ)."""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import quoteattr
from zoneinfo import TZPATH, ZoneInfo

_ABBREVIATION = re.compile(r"<[^>]*>")


def posix_rule(zone: str) -> str:
    """The rule of an IANA zone from now on: the last line of its compiled file (RFC 9636, 3.3).

    Raises ZoneInfoNotFoundError for a name that is none. Abbreviations in angle brackets are replaced by letters, which
    older readers want; nobody is told them.
    """
    ZoneInfo(zone)  # also refuses what is a path
    rule = _compiled(zone).rstrip(b"\n").rpartition(b"\n")[2].decode("ascii")
    return _ABBREVIATION.sub("LOC", rule)


def zones_file(zones: Iterable[str]) -> str:
    """The text of `zones.xml`."""
    rows = [f"  <zone name={quoteattr(zone)} value={quoteattr(posix_rule(zone))}/>" for zone in sorted(set(zones))]
    return "\n".join(["<include>", *rows, "</include>", ""])


def _compiled(zone: str) -> bytes:
    for folder in TZPATH:
        path = Path(folder, zone)
        if path.is_file():
            return path.read_bytes()
    *package, name = zone.split("/")
    return importlib.resources.files(".".join(["tzdata.zoneinfo", *package])).joinpath(name).read_bytes()
