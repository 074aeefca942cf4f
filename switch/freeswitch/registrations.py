"""Registrations of phones, as the SIP profile itself knows them.

The core's own table (`show registrations`) keeps a phone whose registration the profile has ended because it stopped
answering, and is empty after a restart of the switch, which the profile's registrations survive (seen on 1.10.12).
"""

from __future__ import annotations

import re

from calls.errors import SwitchAway
from switch.freeswitch.wire import Api

_PROFILE = "hotline"  # of freeswitch/conf/sofia.xml

REGISTRATIONS = Api("sofia", f"xmlstatus profile {_PROFILE} reg")

# Not all values are escaped by the switch: a Call-ID may hold `<` and `>`, but neither blanks nor line ends. So what
# counts is a whole line, indented as the switch does it.
_ONE = re.compile(r"^    <registration>\n(.*?)^    </registration>$", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^        <(user|status|ping-status)>(.*)</\1>$", re.MULTILINE)
_SECONDS_LEFT = re.compile(r"expsecs\((-?\d+)\)$")


def reachable(text: str) -> tuple[str, ...]:
    """The users of the answer to REGISTRATIONS that are registered and answer. Raises SwitchAway when it is none.

    A switch that has just started opens its event socket before its profile.
    """
    if "<registrations>" not in text:
        raise SwitchAway(f"the SIP profile {_PROFILE} is not there: {text.strip()[:80]}")
    found = (dict(_FIELD.findall(body)) for body in _ONE.findall(text))
    return tuple(fields["user"].partition("@")[0] for fields in found if _answers(fields))


def _answers(fields: dict[str, str]) -> bool:
    left = _SECONDS_LEFT.search(fields.get("status", ""))
    return "user" in fields and fields.get("ping-status") != "Unreachable" and left is not None and int(left[1]) >= 0
