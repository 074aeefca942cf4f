"""The outbox: what receivers are to be told, as rows of the store.

A row goes down in the transaction of the event that it tells of, so neither is there without the other. Its id is made
of what it tells: a replay of the event, after a controller was killed, makes the same row, and adds none.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from complaints.cases import FileCase
from control.messages import commands, log_commands
from hotline.site.webhooks import WebhookSettings
from hotline.store import statements
from hotline.store.writer import Writer
from hotline.webhooks import words

_encode = msgspec.json.Encoder().encode


_COMMANDS: dict[str, type] = {
    "arrival": commands.NotifyArrival,
    "ring": commands.NotifyRing,
    "talk": commands.NotifyTalk,
    "end": log_commands.LogCall,
    "case": FileCase,
}
"""The command that tells of each event; of clocks and notices the cases tell (hotline.cases.notices)."""


def message_id(kind: str, *told: object) -> str:
    """The id of a message, the same for the same event: Standard Webhooks allows no full stop in it."""
    return "msg_" + hashlib.blake2b("\0".join((kind, *map(str, told))).encode(), digest_size=16).hexdigest()


class Outbox:
    """Writes a row for each webhook that wants to know. `on_written` is called with the webhook's name."""

    def __init__(
        self, webhooks: Iterable[WebhookSettings], writer: Writer, on_written: Callable[[str], None] = lambda name: None
    ) -> None:
        self._wanted: dict[str, list[str]] = {}
        for webhook in webhooks:
            for event in dict.fromkeys(webhook.events):
                self._wanted.setdefault(event, []).append(webhook.name)
        self.kinds = frozenset(_COMMANDS[event] for event in self._wanted if event in _COMMANDS)
        """The types of the commands to write; no others need be shown, and none where there is no webhook."""
        self._writer = writer
        self._on_written = on_written

    def write(self, command: commands.RouterCommand) -> None:
        """Give the store the rows of one command, if anybody wants to know of it."""
        match command:
            case commands.NotifyArrival(call, caller, called, at, trunk):
                self._add("arrival", call, at, words.Arrival(call, caller, called, trunk, at), call)
            case commands.NotifyRing(call=call, offer=offer, at=at):
                self._add("ring", call, at, _of(words.Ring, command, reason=command.choice), call, offer)
            case commands.NotifyTalk(call=call, number=number, began_at=began_at):
                self._add("talk", call, began_at, _of(words.Talk, command), call, number)
            case log_commands.LogCall(call=call, ended_at=ended_at):
                self._add("end", call, ended_at, _of(words.End, command), call)
            case FileCase(case=case):
                self._add("case", case.call, case.opened_at, _of(words.CaseOpened, case), case.number)
            case _:
                pass

    def _add(self, kind: str, call: str, at: float, told: msgspec.Struct, *key: Any) -> None:
        wanted = self._wanted.get(kind)
        if not wanted:
            return
        message, body = message_id(kind, *key), _encode(told)
        for name in wanted:
            self._writer.write(statements.OUTBOX, (name, message, kind, call, at, body))
            self._on_written(name)


def _of(told: type[msgspec.Struct], command: msgspec.Struct, **others: Any) -> msgspec.Struct:
    """What is `told`, with the fields of the same names of a command; a command may say more than others are told."""
    names = (name for name in told.__struct_fields__ if name not in others and hasattr(command, name))
    return told(**{name: getattr(command, name) for name in names}, **others)
