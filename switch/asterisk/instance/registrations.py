"""Registrations of agents' phones, as Asterisk keeps them: in its database, which its console shows. ARI has none."""

from __future__ import annotations

import json
import re

from switch.asterisk.instance.configuration import control_socket
from switch.asterisk.instance.console import ask_console
from switch.asterisk.instance.settings import AsteriskSettings
from switch.registrations import Registration

_LINE = re.compile(r"^/registrar/contact/(\S+);@\S+\s*: (\{.*\})\s*$", re.MULTILINE)


async def registrations(settings: AsteriskSettings) -> dict[str, Registration]:
    """The phone of each SIP user (agent-1001) that has one. Raises OSError or TimeoutError without an Asterisk."""
    return registrations_in(await ask_console(control_socket(settings), "database show registrar/contact"))


def registrations_in(shown: str) -> dict[str, Registration]:
    """The same of what the console prints: a line of JSON for each, all of whose values are texts."""
    found = {}
    for user, text in _LINE.findall(shown):
        fields = json.loads(text)
        found[user] = Registration(
            contact=fields["uri"],
            host=fields["via_addr"],
            phone=fields["user_agent"],
            expires_at=float(fields["expiration_time"]),
        )
    return found
