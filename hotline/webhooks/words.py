"""The words of webhooks: each event with its data.

An event gains fields and never loses or changes one. Instants are UTC epoch seconds. Callers' numbers are masked, in
fields too, unless the webhook's setting says `numbers: full`.
"""

from typing import Any

import msgspec

from acd.choice import Choice


class Arrival(msgspec.Struct, frozen=True):
    """A call came in."""

    call: str
    caller: str
    called: str
    trunk: str
    """The trunk that it came by; empty where it has no name."""
    at: float


class EarlierCall(msgspec.Struct, frozen=True):
    """A call of the same number that was over before the ring."""

    call: str
    direction: str
    arrived_at: float
    outcome: str
    queue: str
    agent: str | None
    talk_s: float | None
    cases: tuple[str, ...] = ()
    """Numbers of the cases that were opened about it."""


class Ring(msgspec.Struct, frozen=True):
    """An agent's phone rings for a call: for the agent's screen, before it is picked up."""

    call: str
    offer: str
    agent: str
    account: str
    caller: str
    """Of a callback, the number that is to be called."""
    called: str
    queue: str
    language: str
    at: float
    queued_at: float | None
    callback: bool
    about: str
    """The `reason` of the queue step: what the caller wants."""
    fields: dict[str, str]
    """The `fields` of the queue step."""
    reason: Choice | None
    """Why this agent."""
    earlier: tuple[EarlierCall, ...] = ()
    """Newest first, within `earlier_days` and `earlier_most`; none of a caller who withholds their number."""


class Talk(msgspec.Struct, frozen=True):
    """A talk began. `number` counts those of the call from 1; `agent` is null where the other side is none."""

    call: str
    number: int
    role: str
    agent: str | None
    party: str
    caller: str
    called: str
    queue: str
    began_at: float


class End(msgspec.Struct, frozen=True):
    """A call is over: its row of the call log."""

    call: str
    caller: str
    called: str
    version: str
    language: str
    arrived_at: float
    queued_at: float | None
    answered_at: float | None
    ended_at: float
    queue: str
    agent: str | None
    outcome: str
    cause: str
    consent: str
    direction: str


class CaseOpened(msgspec.Struct, frozen=True):
    """A case was opened. The call it is about may go on, or be over."""

    number: str
    call: str
    caller: str
    category: str
    asked_by: str
    opened_at: float
    fields: dict[str, Any]
    state: str


class ClockDue(msgspec.Struct, frozen=True):
    """A clock of a case is due soon (`warning`), or is past its deadline (`breach`)."""

    case: str
    kind: str
    clock: str
    regime: str
    round: int
    step: int
    """Counts the warnings of the clock from 1; 0: the breach."""
    due_at: float
    category: str = ""
    grade: str = ""
    department: str = ""
    handler: str = ""


class CaseNotice(msgspec.Struct, frozen=True):
    """People are told of a case: `ladder`, nobody has it in hand; `lead`, it is of a grade that a lead is told of;
    `origin`, a complaint about a call of a scene; `scene`, a scene with too many complaints, where `case` is empty."""

    case: str
    kind: str
    tell: tuple[str, ...]
    """Persons, by the names of dispatch.yaml and of scenes."""
    text: str
    category: str = ""
    grade: str = ""
    department: str = ""
    handler: str = ""
    scene: str = ""


class Test(msgspec.Struct, frozen=True):
    """A test: `hotline webhooks --test` sends it, and nothing has happened."""

    webhook: str


EVENTS: dict[str, type[msgspec.Struct]] = {
    "arrival": Arrival,
    "ring": Ring,
    "talk": Talk,
    "end": End,
    "case": CaseOpened,
    "clock": ClockDue,
    "notice": CaseNotice,
    "test": Test,
}
"""By the `type` of a message."""


def openapi(ref_template: str = "#/components/schemas/{name}") -> tuple[dict[str, Any], dict[str, Any]]:
    """The `webhooks` of an OpenAPI 3.1 document, and the schemas that they name."""
    _, schemas = msgspec.json.schema_components(EVENTS.values(), ref_template=ref_template)
    return {kind: _operation(kind, data, ref_template) for kind, data in EVENTS.items()}, schemas


def _operation(kind: str, data: type[msgspec.Struct], ref_template: str) -> dict[str, Any]:
    body = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": kind},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": {"$ref": ref_template.format(name=data.__name__)},
        },
    }
    headers = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}, "description": told}
        for name, told in (
            ("webhook-id", "the same at each try: drop what you have seen"),
            ("webhook-timestamp", "seconds since 1970 of this try"),
            ("webhook-signature", "`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`; several, by blanks"),
        )
    ]
    return {
        "post": {
            "summary": (data.__doc__ or "").split("\n", 1)[0],
            "parameters": headers,
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            "responses": {"2XX": {"description": "Taken. Anything else, and the event comes again."}},
        }
    }
