"""The handover of a call to a controller, in the dialplan: parked for the one there is, or offered to several."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from calls.errors import BadInput

_ADDRESS = re.compile(r"[0-9A-Za-z.-]{1,253}:[0-9]{1,5}\Z")
_CLAIM_S = 3
"""How long a caller waits in silence for a controller that accepts an offer and then does nothing."""
_LEASE = "${cond(${strepoch()} < ${global_getvar(hotline_until)} ? here : away)}"
_LEG_VARIABLES = {
    "hotline_called": "${destination_number}",
    "playback_terminators": "none",
    "park_after_bridge": "true",
    "hangup_after_bridge": "false",
    "uuid_bridge_park_on_cancel": "true",
    "RECORD_STEREO": "true",
    "RECORD_MIN_SEC": "0",
}
_HEXADECIMAL = "0123456789abcdef"


def handover(role: str, sockets: Sequence[str]) -> str:
    """The extensions for calls of `role` (caller or agent).

    With `sockets`, addresses as host:port, callers are spread over them by their uuid, each with its own order of those
    that come after; agents' own calls, which are for the one who knows them, always go in the order given.
    Raises BadInput for what is no address.
    """
    for address in sockets:
        if not _ADDRESS.match(address):
            raise BadInput(f"{address!r} is no address of a controller, such as 10.0.0.5:8084")
    if not sockets:
        parked = [_set({"hotline_role": role, **_LEG_VARIABLES}), ("park", "")]
        return _extension("controller", _LEASE, "^here$", parked)
    if role != "caller" or len(sockets) == 1:
        return _extension("controllers", "destination_number", "^.+$", _offered(role, sockets))
    if len(sockets) > len(_HEXADECIMAL):
        raise BadInput(f"{len(sockets)} controllers share one switch; {len(_HEXADECIMAL)} at most")
    return "\n".join(
        _extension(
            f"controllers-{first + 1}",
            "${uuid}",
            f"[{_HEXADECIMAL[first :: len(sockets)]}]$",
            _offered(role, (*sockets[first:], *sockets[:first])),
        )
        for first in range(len(sockets))
    )


def leg_variables() -> str:
    """The variables that every leg of ours carries besides its role, as actions of the dialplan."""
    return _action(*_set(_LEG_VARIABLES))


def _set(variables: Mapping[str, str]) -> tuple[str, str]:
    """All at once: each application that runs costs two events, each with all that the switch knows of the call.

    The switch puts values in before it splits at the sign named first. No value has it: a call to anything but letters,
    digits and `+*#._-` has met the extension "odd".
    """
    return "multiset", "^^;" + ";".join(f"{name}={value}" for name, value in variables.items())


def _offered(role: str, sockets: Sequence[str]) -> list[tuple[str, str]]:
    """The other variables are set once it is claimed: the fallback wants none of them."""
    return [
        # The dialplan goes on when the offer's connection ends.
        _set({"hotline_role": role, "socket_resume": "true"}),
        ("sched_transfer", f"+{_CLAIM_S} ${{destination_number}} XML hotline-claimed"),
        ("socket", f"{'|'.join(sockets)} async full"),
        ("sched_cancel", ""),
        ("transfer", "${destination_number} XML hotline-claimed"),
    ]


def _extension(name: str, field: str, expression: str, actions: Sequence[tuple[str, str]]) -> str:
    return "\n".join(
        [
            f'    <extension name="{name}">',
            f'      <condition field="{_quoted(field)}" expression="{expression}">',
            *(_action(application, data) for application, data in actions),
            "      </condition>",
            "    </extension>",
        ]
    )


def _action(application: str, data: str) -> str:
    argument = f' data="{_quoted(data)}"' if data else ""
    inline = ' inline="true"' if application == "multiset" else ""
    return f'        <action application="{application}"{argument}{inline}/>'


def _quoted(text: str) -> str:
    return escape(text, {'"': "&quot;"})
