"""A house that delivers to one webhook: the store, its writer, the outbox, and the deliveries."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from calls.errors import BadInput
from calls.ids import AgentId, AttemptId, CallId
from control.messages import commands
from hotline.site.webhooks import WebhookSettings
from hotline.store import opening
from hotline.store.outbox import read_once
from hotline.store.writer import Writer
from hotline.webhooks import signing
from hotline.webhooks.delivery import Deliveries, Delivery
from hotline.webhooks.outbox import Outbox
from tests.unit.hotline.webhooks.receiver import Receiver

SECRET = b"s" * 32
NUMBER = "+8613800138000"


class House:
    """The store, its writer, the outbox and one webhook's deliveries."""

    def __init__(self, folder: Path, receiver: Receiver, **settings: Any) -> None:
        self.database = folder / "hotline.db"
        opening.migrate(self.database)
        self.writer = Writer(self.database, lambda trouble: None)
        given = {"name": "crm", "url": receiver.url, "events": ("arrival", "ring", "talk", "end", "case"), **settings}
        self.webhook = WebhookSettings.model_validate(given)
        self.secrets: signing.Secrets | BadInput = (SECRET,)
        self.late_s = 0.0
        one = Delivery(self.webhook, self._secrets, self.database, self.writer, lambda: "CN", self._utc)
        self.delivery = one
        self.deliveries = Deliveries([("crm", one)])
        self.outbox = Outbox([self.webhook], self.writer, self.deliveries.written)

    def _secrets(self) -> signing.Secrets:
        if isinstance(self.secrets, BadInput):
            raise self.secrets
        return self.secrets

    def _utc(self) -> float:
        return time.time() + self.late_s

    def tell(self, call: str, *kinds: str) -> None:
        """Something becomes of a call."""
        at = self._utc()
        for kind in kinds:
            match kind:
                case "arrival":
                    self.outbox.write(commands.NotifyArrival(CallId(call), NUMBER, "95183", at))
                case "talk":
                    talk = (CallId(call), 1, "agent", AgentId("01"), "8001", NUMBER, "95183", "care", at)
                    self.outbox.write(commands.NotifyTalk(*talk))
                case "ring":
                    self.outbox.write(ring(call, at))
                case _:
                    raise AssertionError(kind)

    def away(self) -> str:
        """Why the receiver takes nothing at present, as `hotline status` says it; empty while it does."""
        return self.delivery.receiver.error if self.delivery.receiver.state == "down" else ""

    def waiting(self) -> int:
        with read_once(self.database) as reader:
            return reader.backlog("crm").waiting


def ring(call: str, at: float, fields: dict[str, str] | None = None) -> commands.NotifyRing:
    return commands.NotifyRing(
        call=CallId(call),
        offer=AttemptId("offer-1"),
        agent=AgentId("01"),
        account="8001",
        caller=NUMBER,
        called="95183",
        queue="care",
        language="en",
        at=at,
        queued_at=at - 5.0,
        callback=False,
        about="card lost",
        fields=fields or {},
        choice=None,
    )


def told(receiver: Receiver) -> list[tuple[str, str]]:
    return [(message["data"]["call"], message["type"]) for message in receiver.taken()]


Open = Callable[..., contextlib.AbstractAsyncContextManager[House]]
