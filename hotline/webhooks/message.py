"""A row of the outbox as what is sent: its data masked unless the site says otherwise, in an envelope, as JSON."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from calls.identity import known_by
from hotline.site.webhooks import WebhookSettings
from hotline.store.outbox import OutboxReader, Waiting
from hotline.views import masking
from hotline.views.fields import shown_value

_DAY_S = 86_400.0


def body(webhook: WebhookSettings, waiting: Waiting, reader: OutboxReader, region: str) -> bytes:
    """The JSON that is sent, a ring with earlier calls. `region` (ISO 3166) is where numbers in fields are dialled."""
    data: dict[str, Any] = msgspec.json.decode(waiting.body)
    if waiting.kind == "ring":
        data["earlier"] = _earlier(webhook, data, waiting.at, reader)
    if webhook.numbers == "masked":
        data = _masked(waiting.kind, data, region)
    return envelope(waiting.kind, waiting.at, data)


def envelope(kind: str, at: float, data: object) -> bytes:
    """`data` with its `type` and `timestamp` (RFC 3339), as the specification asks for."""
    timestamp = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return msgspec.json.encode({"type": kind, "timestamp": timestamp, "data": data})


def _earlier(webhook: WebhookSettings, ring: dict[str, Any], at: float, reader: OutboxReader) -> list[dict[str, Any]]:
    number = known_by(ring["caller"])
    if not number or not webhook.earlier_days or not webhook.earlier_most:
        return []
    return reader.earlier(number, at - webhook.earlier_days * _DAY_S, at, ring["call"], webhook.earlier_most)


def _masked(kind: str, data: dict[str, Any], region: str) -> dict[str, Any]:
    if kind == "case":
        return masking.case_row(data, region)
    if kind == "clock":
        return data  # no caller in it
    shown = masking.call_row(data)
    if "party" in data:
        shown = masking.leg_row(shown)
    if "fields" in data:
        shown["fields"] = {name: shown_value(value, data["caller"], region) for name, value in data["fields"].items()}
    return shown
