"""The vault keeps keyed secrets, in memory only. A secret digit never gets past it: not into a core, journal or log."""

import re
from typing import Any

from calls.events import DigitPressed
from calls.ids import CallId, LegId
from ivr.checks import passes
from ivr.commands import CheckSecret, HideDigits, ShowDigits
from ivr.events import SecretChecked

HIDDEN = "•"
_DIGIT = re.compile(r"[0-9A-DX]")


class Vault:
    """Swaps secret digits for `•` on their way in, keeps them until the call ends, and answers checks about them."""

    def __init__(self) -> None:
        self._open: dict[LegId, HideDigits] = {}
        self._secrets: dict[CallId, dict[str, str]] = {}

    def hide(self, command: HideDigits) -> None:
        """From the next key on. What the name held before is forgotten: the caller keys it anew."""
        self._open[command.leg] = command
        self._secrets.setdefault(command.call, {})[command.name] = ""

    def show(self, command: ShowDigits) -> None:
        """Keys are plain again."""
        self._open.pop(command.leg, None)

    def take(self, event: DigitPressed) -> DigitPressed:
        """The key as the cores may see it, `•` for a hidden digit. `#` and `*` stay, unless `*` stands for a digit."""
        opened = self._open.get(event.leg)
        if opened is None:
            return event
        digit = opened.star if event.digit == "*" else event.digit
        if not _DIGIT.fullmatch(digit):
            return event
        secrets = self._secrets[opened.call]
        secrets[opened.name] = secrets.get(opened.name, "") + digit
        return DigitPressed(event.leg, HIDDEN)

    def check(self, command: CheckSecret) -> SecretChecked:
        """Whether the secret passes; one that is not here does not."""
        secret = self._secrets.get(command.call, {}).get(command.name)
        return SecretChecked(command.call, command.attempt, secret is not None and passes(command.check, secret))

    def take_out(self, call: CallId, name: str) -> str:
        """The secret, which the vault has no longer; empty where there is none. For a check that is not its own."""
        return self._secrets.get(call, {}).pop(name, "")

    def fill(self, call: CallId, body: dict[str, Any]) -> dict[str, Any]:
        """`body` with every value `secret:NAME` replaced. One that is not here is empty: the service refuses it."""
        secrets = self._secrets.get(call, {})
        return {
            key: secrets.get(value.removeprefix("secret:"), "")
            if isinstance(value, str) and value.startswith("secret:")
            else value
            for key, value in body.items()
        }

    def forget(self, call: CallId, leg: LegId) -> None:
        """The call is over."""
        self._open.pop(leg, None)
        self._secrets.pop(call, None)
