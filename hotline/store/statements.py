"""The statements of the hot path, as SQLite takes them.

Each is an upsert: a replay writes the same row again. Rows of CALL, LEG, TALK, DISPOSITION, DECLINE and TRANSFER are
the fields of LogCall, LogLeg and so on as they stand. The columns are those of the schema in its order, which a test
holds:
SQLAlchemy, which could make the same text of the schema, is a sixth of what a start would load.
"""

from typing import Any

import msgspec

from acd.forecast.features import FEATURES_ID
from complaints.cases import Case
from control.messages import log_commands


def upsert(table: str, key: str, others: str) -> str:
    """INSERT … ON CONFLICT DO UPDATE of all columns, with `?` in the order of `key` and then `others`: names of columns
    with spaces between."""
    keys, rest = ([f'"{name}"' for name in names.split()] for names in (key, others))
    places = ", ".join("?" * len(keys + rest))
    changes = ", ".join(f"{name} = excluded.{name}" for name in rest)
    columns = ", ".join(keys + rest)
    return f"INSERT INTO {table} ({columns}) VALUES ({places}) ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}"


JOURNAL = upsert("journal", "seq", "at event")
SNAPSHOT = upsert("snapshots", "seq", "at utc state")
DROP_SNAPSHOT = "DELETE FROM snapshots WHERE seq = ? AND seq > (SELECT min(seq) FROM snapshots)"
"""The oldest one stays, also one that has become it since somebody looked: the journal begins there."""
CALL = upsert(
    "calls",
    "call",
    "caller called version language arrived_at queued_at answered_at ended_at queue agent outcome cause "
    "consent direction",
)
LEG = upsert("legs", "leg", "call role party began_at answered_at ended_at cause")
TALK = upsert("talks", "call number", "role agent party queue leg began_at ended_at cause holds held_s masks masked_s")
DISPOSITION = upsert("talk_dispositions", "call talk", "agent queue disposition note at")
DECLINE = upsert("declines", "call number", "kind agent asked_by reason at")
TRANSFER = upsert("transfers", "call number", "by agent kind target began_at ended_at outcome talk detail consulted")
STEP = upsert("steps", "call index", "flow step kind began_at ended_at keys outcome")
RUNG = upsert("rungs", "call number", "rung began_at ended_at because")
RECORDING = upsert("recordings", "path", "call duration_s kind box talk")
DROP_RECORDING = "DELETE FROM recordings WHERE path = ?"
CASE = upsert("cases", "number", "call caller category asked_by opened_at fields state")
CALLBACK = upsert("callbacks", "call", "number queue booked_at changed_at expires_at tries outcome agent detail")
CALL_AGENTS = (
    "INSERT OR REPLACE INTO call_agents (agent, arrived_at, call, queue, outcome, direction) "
    "SELECT DISTINCT agent, ?2, ?1, ?3, ?4, ?5 FROM talks WHERE call = ?1 AND agent IS NOT NULL"
)
"""Takes call, arrived_at, queue, outcome and direction of a call, after its talks."""
OVERRIDE = upsert("overrides", "number", "kind target author reason set_at ends_at detail over_at over_by how")
SURVEY = upsert("surveys", "call question", "score")
AGENT_STATE = upsert("agent_states", "agent since state", "reason")
WAIT = upsert("waits", "call joined_at", "queue priority wait_s features vector")
OUTBOX = (
    "INSERT INTO webhook_outbox (webhook, id, kind, call, at, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
"""A replay, or a case that is filed once more, finds its row there and adds none."""
FORGET_OUTBOX = "DELETE FROM webhook_outbox WHERE webhook = ?"
OUTBOX_DONE = "DELETE FROM webhook_outbox WHERE row = ?"
OUTBOX_FAILED = "UPDATE webhook_outbox SET tries = ?, next_at = ?, error = ? WHERE row = ?"
WEBHOOK_STATE = upsert("webhook_states", "webhook", "delivered dropped delivered_at failing_since next_at failures")


def wait_row(row: log_commands.LogWait) -> tuple[Any, ...]:
    """Values of WAIT."""
    vector = msgspec.json.encode(row.vector).decode()
    return (row.call, row.joined_at, row.queue, row.priority, row.wait_s, FEATURES_ID, vector)


def case_row(case: Case) -> tuple[Any, ...]:
    """Values of CASE."""
    fields = msgspec.json.encode(case.fields).decode()
    return (case.number, case.call, case.caller, case.category, case.asked_by, case.opened_at, fields, case.state)


def override_row(row: log_commands.LogOverride) -> tuple[Any, ...]:
    """Values of OVERRIDE. The sound of an announcement that was spoken by phone is named by its path."""
    one = row.override
    detail = {"texts": one.texts, "recording": one.recording, "spans": one.spans}
    kept = msgspec.json.encode({word: value for word, value in detail.items() if value}).decode()
    return (
        *(one.number, one.kind, one.target, one.author, one.reason, one.set_at, one.ends_at, kept),
        *(row.over_at, row.over_by, row.how),
    )


def step_row(row: log_commands.LogStep) -> tuple[Any, ...]:
    """Values of STEP."""
    step = row.step
    return (
        step.call,
        row.index,
        step.flow,
        step.step,
        step.kind,
        row.began_at,
        row.ended_at,
        step.keys,
        step.outcome,
    )
