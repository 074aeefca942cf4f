"""The statements of the hot path, compiled once from the schema.

Each is an upsert: a replay writes the same row again. Rows of CALL, LEG, TALK and TRANSFER are the fields of LogCall,
LogLeg, LogTalk and LogTransfer as they stand.
"""

from typing import Any

import msgspec
from sqlalchemy import Table
from sqlalchemy.dialects import sqlite

from acd.forecast.features import FEATURES_ID
from complaints.cases import Case
from control import commands
from hotline.store import schema


def upsert(table: Table) -> str:
    """INSERT … ON CONFLICT DO UPDATE of all columns, with `?` in the order of the columns."""
    keys = [column.name for column in table.primary_key]
    others = [column.name for column in table.columns if column.name not in keys]
    statement = sqlite.insert(table)
    if others:
        statement = statement.on_conflict_do_update(keys, set_={name: statement.excluded[name] for name in others})
    else:
        statement = statement.on_conflict_do_nothing()
    return str(statement.compile(dialect=sqlite.dialect(paramstyle="qmark")))


JOURNAL = upsert(schema.journal)
SNAPSHOT = upsert(schema.snapshots)
CALL = upsert(schema.calls)
LEG = upsert(schema.legs)
TALK = upsert(schema.talks)
TRANSFER = upsert(schema.transfers)
STEP = upsert(schema.steps)
RECORDING = upsert(schema.recordings)
DROP_RECORDING = "DELETE FROM recordings WHERE path = ?"
CASE = upsert(schema.cases)
CALLBACK = upsert(schema.callbacks)
CALL_AGENTS = (
    "INSERT OR REPLACE INTO call_agents (agent, arrived_at, call, queue, outcome, direction) "
    "SELECT DISTINCT agent, ?2, ?1, ?3, ?4, ?5 FROM talks WHERE call = ?1 AND agent IS NOT NULL"
)
"""Takes call, arrived_at, queue, outcome and direction of a call, after its talks."""
OVERRIDE = upsert(schema.overrides)
SURVEY = upsert(schema.surveys)
AGENT_STATE = upsert(schema.agent_states)
WAIT = upsert(schema.waits)
OUTBOX = (
    "INSERT INTO webhook_outbox (webhook, id, kind, call, at, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
"""A replay, or a case that is filed once more, finds its row there and adds none."""
FORGET_OUTBOX = "DELETE FROM webhook_outbox WHERE webhook = ?"
OUTBOX_DONE = "DELETE FROM webhook_outbox WHERE row = ?"
OUTBOX_FAILED = "UPDATE webhook_outbox SET tries = ?, next_at = ?, error = ? WHERE row = ?"
WEBHOOK_STATE = upsert(schema.webhook_states)
_LAST_OLD = "(SELECT max(seq) FROM snapshots WHERE utc < ?)"
FORGET_EVENTS = f"DELETE FROM journal WHERE seq <= {_LAST_OLD}"
FORGET_SNAPSHOTS = f"DELETE FROM snapshots WHERE seq < {_LAST_OLD}"
"""Both take one instant, UTC epoch seconds. The last snapshot before it stays: a replay begins there."""


def wait_row(row: commands.LogWait) -> tuple[Any, ...]:
    """Values of WAIT."""
    vector = msgspec.json.encode(row.vector).decode()
    return (row.call, row.joined_at, row.queue, row.priority, row.wait_s, FEATURES_ID, vector)


def case_row(case: Case) -> tuple[Any, ...]:
    """Values of CASE."""
    fields = msgspec.json.encode(case.fields).decode()
    return (case.number, case.call, case.caller, case.category, case.asked_by, case.opened_at, fields, case.state)


def override_row(row: commands.LogOverride) -> tuple[Any, ...]:
    """Values of OVERRIDE. The sound of an announcement that was spoken by phone is named by its path."""
    one = row.override
    detail = {"texts": one.texts, "recording": one.recording, "spans": one.spans}
    kept = msgspec.json.encode({word: value for word, value in detail.items() if value}).decode()
    return (
        *(one.number, one.kind, one.target, one.author, one.reason, one.set_at, one.ends_at, kept),
        *(row.over_at, row.over_by, row.how),
    )


def step_row(row: commands.LogStep) -> tuple[Any, ...]:
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
