"""The tables. SQLAlchemy Core describes them and compiles what reads them; instants are UTC epoch seconds."""

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text, text

metadata = MetaData()

BY_AN_AGENT = text("direction <> 'in'")
"""The condition of the indexes of calls that agents made. A query has it word for word, or they do not serve it."""

journal = Table(
    "journal",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", Float, nullable=False, comment="monotonic instant"),
    Column("event", LargeBinary, nullable=False, comment="one event as JSON"),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("seq", Integer, primary_key=True, comment="the last event in it"),
    Column("at", Float, nullable=False),
    Column("utc", Float, nullable=False),
    Column("state", LargeBinary, nullable=False, comment="JSON, packed by zlib; of earlier releases as it is"),
)

calls = Table(
    "calls",
    metadata,
    Column("call", String(64), primary_key=True),
    Column("caller", String(32), nullable=False),
    Column("called", String(32), nullable=False),
    Column("version", String(64), nullable=False),
    Column("language", String(16), nullable=False),
    Column("arrived_at", Float, nullable=False, index=True),
    Column("queued_at", Float),
    Column("answered_at", Float),
    Column("ended_at", Float, nullable=False),
    Column("queue", String(64), nullable=False),
    Column("agent", String(64)),
    Column("outcome", String(16), nullable=False),
    Column("cause", String(16), nullable=False),
    Column("consent", String(16), nullable=False, server_default="", comment="to being recorded: declined, allowed"),
    Column("direction", String(16), nullable=False, server_default="in", comment="in, out, internal: by an agent"),
    Index("calls_by_caller", "caller", "arrived_at", "call"),
    Index("calls_by_queue", "queue", "arrived_at", "call"),
    Index("calls_by_outcome", "outcome", "arrived_at", "call"),
    Index("calls_by_queue_and_outcome", "queue", "outcome", "arrived_at", "call"),
    Index("agents_calls_by_time", "direction", "arrived_at", "call", sqlite_where=BY_AN_AGENT),
    Index("agents_calls_by_queue", "direction", "queue", "arrived_at", "call", sqlite_where=BY_AN_AGENT),
    Index("agents_calls_by_called", "called", "arrived_at", "call", sqlite_where=BY_AN_AGENT),
)

call_agents = Table(
    "call_agents",
    metadata,
    Column("agent", String(64), primary_key=True),
    Column("arrived_at", Float, primary_key=True, comment="of the call"),
    Column("call", String(64), primary_key=True),
    Column("queue", String(64), nullable=False, comment="of the call, like the others"),
    Column("outcome", String(16), nullable=False),
    Column("direction", String(16), nullable=False),
    Index("call_agents_by_call", "call"),
    sqlite_with_rowid=False,
)
"""Every agent who had a talk in a call: a search by agent is a walk along this table."""

legs = Table(
    "legs",
    metadata,
    Column("leg", String(96), primary_key=True),
    Column("call", String(64), nullable=False, index=True),
    Column("role", String(16), nullable=False),
    Column("party", String(64), nullable=False),
    Column("began_at", Float, nullable=False),
    Column("answered_at", Float),
    Column("ended_at", Float, nullable=False),
    Column("cause", String(16), nullable=False),
)

talks = Table(
    "talks",
    metadata,
    Column("call", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, comment="counts the talks of the call from 1"),
    Column("role", String(16), nullable=False, comment="of the other side's leg: agent, transfer, dialled"),
    Column("agent", String(64)),
    Column("party", String(64), nullable=False),
    Column("queue", String(64), nullable=False),
    Column("leg", String(96), nullable=False),
    Column("began_at", Float, nullable=False),
    Column("ended_at", Float, nullable=False),
    Column("cause", String(16), nullable=False),
    Column("holds", Integer, nullable=False, server_default="0"),
    Column("held_s", Float, nullable=False, server_default="0"),
    Column("masks", Integer, nullable=False, server_default="0", comment="silences that the agent wanted"),
    Column("masked_s", Float, nullable=False, server_default="0"),
    Index("talks_by_time", "began_at"),
)

talk_dispositions = Table(
    "talk_dispositions",
    metadata,
    Column("call", String(64), primary_key=True),
    Column("talk", Integer, primary_key=True, comment="its number in the call"),
    Column("agent", String(64), nullable=False),
    Column("queue", String(64), nullable=False),
    Column("disposition", String(64), nullable=False, comment="empty: wrap-up ended without one"),
    Column("note", Text, nullable=False),
    Column("at", Float, nullable=False, comment="UTC epoch seconds"),
)
"""What came of talks, by their agents: the last word on each. Those of campaigns stand with their tries."""

declines = Table(
    "declines",
    metadata,
    Column("call", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, comment="counts those of the call from 1"),
    Column("kind", String(16), nullable=False, comment="offer, consultation"),
    Column("agent", String(64), nullable=False, comment="the one who declined"),
    Column("asked_by", String(64), nullable=False, comment="of a consultation"),
    Column("reason", String(128), nullable=False),
    Column("at", Float, nullable=False, comment="UTC epoch seconds"),
)

transfers = Table(
    "transfers",
    metadata,
    Column("call", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, comment="counts the transfers of the call from 1"),
    Column("by", String(16), nullable=False, comment="phone, code, http"),
    Column("agent", String(64), nullable=False, comment="the one who asked"),
    Column("kind", String(16), nullable=False, comment="agent, queue, flow, number, none"),
    Column("target", String(128), nullable=False),
    Column("began_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("outcome", String(16), nullable=False),
    Column("talk", Integer, nullable=False, comment="number of the talk that came of it; 0: none"),
    Column("detail", String(128), nullable=False),
    Column("consulted", Boolean, nullable=False, comment="the agent wanted to talk to the target first"),
    Index("transfers_by_time", "began_at"),
)

steps = Table(
    "steps",
    metadata,
    Column("call", String(64), primary_key=True),
    Column("index", Integer, primary_key=True),
    Column("flow", String(128), nullable=False),
    Column("step", String(128), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("began_at", Float, nullable=False),
    Column("ended_at", Float, nullable=False),
    Column("keys", String(64), nullable=False),
    Column("outcome", String(128), nullable=False),
)

rungs = Table(
    "rungs",
    metadata,
    Column("call", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("rung", String(16), nullable=False, comment="self_service, robot, person"),
    Column("began_at", Float(53), nullable=False),
    Column("ended_at", Float(53), nullable=False),
    Column("because", String(16), nullable=False, comment="control.machines.ladder.RungEvent"),
)

recordings = Table(
    "recordings",
    metadata,
    Column("path", Text, primary_key=True),
    Column("call", String(64), nullable=False, index=True),
    Column("duration_s", Float, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("box", String(64), nullable=False),
    Column("talk", Integer, nullable=False, server_default="0", comment="number of the talk that it is of"),
    Index("recordings_by_box", "kind", "box"),
)

transcripts = Table(
    "transcripts",
    metadata,
    Column("path", Text, primary_key=True, comment="of the recording, with which it goes"),
    Column("call", String(64), nullable=False, index=True),
    Column("talk", Integer, nullable=False, comment="number of the talk; 0: a message"),
    Column("language", String(16), nullable=False),
    Column("engine", String(64), nullable=False),
    Column("made_at", Float, nullable=False),
    Column("scene", String(128), nullable=False, comment="of an outgoing call; empty: none"),
    Column("lines", JSON, nullable=False, comment="hotline.transcripts.document.Line, masked"),
    Column("missing", JSON, nullable=False, comment="required words that nobody of the house said"),
    Column("forbidden", JSON, nullable=False, comment="forbidden words that somebody of the house said"),
    Column("said", Text, nullable=False, comment="all lines, for searches: hotline.store.said.searched"),
)

cases = Table(
    "cases",
    metadata,
    Column("number", String(16), primary_key=True),
    Column("call", String(64), nullable=False, index=True),
    Column("caller", String(32), nullable=False),
    Column("category", String(64), nullable=False),
    Column("asked_by", String(16), nullable=False),
    Column("opened_at", Float, nullable=False, index=True),
    Column("fields", JSON, nullable=False),
    Column("state", String(16), nullable=False),
)

callbacks = Table(
    "callbacks",
    metadata,
    Column("call", String(64), primary_key=True),
    Column("number", String(32), nullable=False),
    Column("queue", String(64), nullable=False),
    Column("booked_at", Float, nullable=False, index=True),
    Column("changed_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("agent", String(64)),
    Column("detail", String(128), nullable=False),
)

surveys = Table(
    "surveys",
    metadata,
    Column("call", String(64), primary_key=True),
    Column("question", String(64), primary_key=True),
    Column("score", Integer, nullable=False),
)

talk_reviews = Table(
    "talk_reviews",
    metadata,
    Column("call", String(64), primary_key=True),
    Column("talk", Integer, primary_key=True, comment="its number in the call"),
    Column("correct", Boolean, nullable=False, comment="what the agent said and did was right"),
    Column("reviewer", String(64), nullable=False),
    Column("at", Float, nullable=False, comment="UTC epoch seconds"),
)
"""Recorded talks that a person has judged: the last word on each."""

overrides = Table(
    "overrides",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("target", String(64), nullable=False),
    Column("author", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("set_at", Float, nullable=False),
    Column("ends_at", Float, comment="none: until somebody lifts it"),
    Column("detail", JSON, nullable=False),
    Column("over_at", Float),
    Column("over_by", String(64), nullable=False, comment="empty: by itself"),
    Column("how", String(16), nullable=False),
)

waits = Table(
    "waits",
    metadata,
    Column("call", String(64), primary_key=True),
    Column("joined_at", Float, primary_key=True, comment="UTC epoch seconds; a call may wait more than once"),
    Column("queue", String(64), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("wait_s", Float, nullable=False),
    Column("features", String(16), nullable=False, comment="which features the vector has, in which order"),
    Column("vector", JSON, nullable=False, comment="what the forecast saw at entry"),
    Index("waits_by_time", "joined_at"),
)

legal_holds = Table(
    "legal_holds",
    metadata,
    Column("call", String(64), primary_key=True),
    Column("since", Float, nullable=False, comment="UTC epoch seconds"),
    Column("who", String(64), nullable=False),
    Column("reason", Text, nullable=False),
)

agent_states = Table(
    "agent_states",
    metadata,
    Column("agent", String(64), primary_key=True),
    Column("since", Float, primary_key=True, comment="UTC epoch seconds"),
    Column("state", String(16), primary_key=True),
    Column("reason", String(64), nullable=False),
    Index("agent_states_by_time", "since"),
)

webhook_outbox = Table(
    "webhook_outbox",
    metadata,
    Column("row", Integer, primary_key=True, comment="in the order in which it happened"),
    Column("webhook", String(40), nullable=False),
    Column("id", String(160), nullable=False, comment="the same at each try, and after a replay"),
    Column("kind", String(16), nullable=False, comment="arrival, ring, talk, end, case"),
    Column("call", String(64), nullable=False),
    Column("at", Float, nullable=False, comment="UTC epoch seconds of what it tells"),
    Column("body", LargeBinary, nullable=False, comment="the data as JSON, numbers whole"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("next_at", Float, nullable=False, server_default="0", comment="not tried before, UTC epoch seconds"),
    Column("error", Text, nullable=False, server_default=""),
    Index("webhook_outbox_once", "webhook", "id", unique=True),
    Index("webhook_outbox_in_order", "webhook", "call", "row"),
)
"""What receivers are still to be told. A row goes once it is told, or too old."""

webhook_states = Table(
    "webhook_states",
    metadata,
    Column("webhook", String(40), primary_key=True),
    Column("delivered", Integer, nullable=False),
    Column("dropped", Integer, nullable=False, comment="too old"),
    Column("delivered_at", Float),
    Column("failing_since", Float, comment="null: the last try went well"),
    Column("next_at", Float, comment="the receiver is tried again then; null: it is there"),
    Column("failures", JSON, nullable=False, comment="the last ones, newest first: at, kind, call, error"),
)
