"""Registrations of phones, as the SIP profile itself knows them.

The core's own table (`show registrations`) keeps a phone whose registration the profile has ended because it stopped
answering, and is empty after a restart of the switch, which the profile's registrations survive (seen on 1.10.12).
"""

from __future__ import annotations

import html
import re

from calls.errors import SwitchAway
from switch.freeswitch.wire import Api
from switch.registrations import Registration

_PROFILE = "hotline"  # of freeswitch/conf/sofia.xml

REGISTRATIONS = Api("sofia", f"xmlstatus profile {_PROFILE} reg")

# Not all values are escaped by the switch: a Call-ID may hold `<` and `>`, but neither blanks nor line ends. So what
# counts is a whole line, indented as the switch does it.
_ONE = re.compile(r"^    <registration>\n(.*?)^    </registration>$", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^        <(user|contact|agent|status|ping-status|network-ip)>(.*)</\1>$", re.MULTILINE)
_URI = re.compile(r"<([^>]*)>")
_SECONDS_LEFT = re.compile(r"expsecs\((-?\d+)\)$")


def reachable(text: str) -> tuple[str, ...]:
    """The users of the answer to REGISTRATIONS that are registered and answer. Raises SwitchAway when it is none.

    A switch that has just started opens its event socket before its profile.
    """
    return tuple(fields["user"].partition("@")[0] for fields in _listed(text) if _answers(fields))


def registrations_in(text: str, utc: float) -> dict[str, Registration]:
    """The phone of each user of the same answer, asked at `utc` (epoch seconds). Raises SwitchAway as `reachable`."""
    found = {}
    for fields in _listed(text):
        if not {"user", "contact"} <= fields.keys():
            continue
        contact = html.unescape(fields["contact"])
        uri = _URI.search(contact)
        left = _SECONDS_LEFT.search(fields.get("status", ""))
        found[fields["user"].partition("@")[0]] = Registration(
            contact=uri[1] if uri is not None else contact,
            host=fields.get("network-ip", ""),
            phone=html.unescape(fields.get("agent", "")),
            expires_at=utc + (int(left[1]) if left is not None else 0),
        )
    return found


def _listed(text: str) -> list[dict[str, str]]:
    if "<registrations>" not in text:
        raise SwitchAway(f"the SIP profile {_PROFILE} is not there: {text.strip()[:80]}")
    return [dict(_FIELD.findall(body)) for body in _ONE.findall(text)]


def _answers(fields: dict[str, str]) -> bool:
    left = _SECONDS_LEFT.search(fields.get("status", ""))
    return "user" in fields and fields.get("ping-status") != "Unreachable" and left is not None and int(left[1]) >= 0
