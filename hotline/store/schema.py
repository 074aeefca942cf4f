"""The tables. SQLAlchemy Core describes them and compiles the statements once; instants are UTC epoch seconds."""

from sqlalchemy import JSON, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

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
    Column("state", LargeBinary, nullable=False),
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
)

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
    Column("role", String(16), nullable=False, comment="of the other side's leg: agent, transfer"),
    Column("agent", String(64)),
    Column("party", String(64), nullable=False),
    Column("queue", String(64), nullable=False),
    Column("leg", String(96), nullable=False),
    Column("began_at", Float, nullable=False),
    Column("ended_at", Float, nullable=False),
    Column("cause", String(16), nullable=False),
    Index("talks_by_time", "began_at"),
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

recordings = Table(
    "recordings",
    metadata,
    Column("path", Text, primary_key=True),
    Column("call", String(64), nullable=False, index=True),
    Column("duration_s", Float, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("box", String(64), nullable=False),
    Column("talk", Integer, nullable=False, server_default="0", comment="number of the talk that it is of"),
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
