"""A call log behind the web, and who may ask."""

import contextlib
import functools
import sqlite3
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import orjson
from fastapi import FastAPI

from calls.ids import AgentId, CallId, LegId
from control.messages import log_commands
from control.register.register import Register
from hotline.store import opening, statements
from hotline.store.said import searched
from hotline.views.metrics import Metrics
from hotline.web.app import make
from hotline.web.rights import Client
from hotline.web.tokens import WaitTokens
from tests.unit.hotline.web.asking import over

NOON = 1_795_924_800.0
"""2026-11-29 12:00 in Shanghai."""
NUMBER, OTHER = "+8613800138000", "+8613900139000"
CLIENTS = (
    Client("looks", "looks-token", frozenset({"live", "calls"})),
    Client("crm", "crm-token", frozenset({"calls", "numbers"})),
    Client("quality", "quality-token", frozenset({"calls", "recordings"})),
)


class Logged:
    """The controller, as far as it is asked for the log."""

    metrics = Metrics()
    register = Register()
    region = "CN"
    zone = ZoneInfo("Asia/Shanghai")

    def __init__(self, folder: Path) -> None:
        self.database = folder / "hotline.db"
        opening.migrate(self.database)

    async def durable(self) -> None:
        """All that is logged is there."""

    def agents(self) -> frozenset[str]:
        return frozenset({"8001", "8002", "8003"})

    def queues(self) -> frozenset[str]:
        return frozenset({"care", "loans"})

    def pause_reasons(self) -> None:
        return None

    async def webhooks(self) -> list[dict[str, object]]:
        return []

    def trunks(self) -> list[dict[str, object]]:
        return []

    def app(self) -> FastAPI:
        """For requests with a token, about the log: see `over`."""
        return over(self, clients=CLIENTS)

    @functools.cached_property
    def own_app(self) -> FastAPI:
        """For all others."""
        return make(self, "token", WaitTokens("a secret"), CLIENTS)  # type: ignore[arg-type]  # as far as it is asked

    def audited(self) -> list[dict[str, object]]:
        """The lines of the audit log, without their instants, and the hashes that chain them."""
        path = self.database.parent / "audit.log"
        lines = path.read_bytes().splitlines() if path.exists() else ()
        rows = (orjson.loads(line) for line in lines)
        return [{name: value for name, value in row.items() if name not in ("at", "hash")} for row in rows]

    def log(
        self,
        call: str,
        at: float = NOON,
        caller: str = NUMBER,
        queue: str = "care",
        outcome: log_commands.CallOutcome = "answered",
        agents: tuple[str, ...] = ("8001",),
        direction: log_commands.Direction = "in",
        called: str = "95183",
    ) -> None:
        """A call that arrived at `at`, with a talk of ten seconds with each of these agents."""
        agent = AgentId(agents[-1]) if agents else None
        times = (at, at, at + 5 if agents else None, at + 60)
        row = log_commands.LogCall(
            CallId(call), caller, called, "v", "en", *times, queue, agent, outcome, "normal", direction=direction
        )
        with contextlib.closing(sqlite3.connect(self.database)) as store, store:
            for number, one in enumerate(agents, 1):
                talk = (CallId(call), number, "agent", AgentId(one), one, queue, LegId(f"{call}-{number}"))
                spoken = log_commands.LogTalk(*talk, at + 10 * number, at + 10 * number + 10, "normal")
                store.execute(statements.TALK, msgspec.structs.astuple(spoken))
            store.execute(statements.CALL, msgspec.structs.astuple(row))
            store.execute(statements.CALL_AGENTS, (call, at, queue, outcome, direction))

    def record(self, path: Path, call: str, kind: str = "talk", box: str = "", talk: int = 1) -> None:
        """A recording of a call."""
        with contextlib.closing(sqlite3.connect(self.database)) as store, store:
            store.execute(statements.RECORDING, (str(path), call, 10.0, kind, box, talk))

    def transcribe(self, path: Path, call: str, text: str) -> None:
        """A transcript of a recording, in which this was said."""
        columns = "path, call, talk, language, engine, made_at, scene, lines, missing, forbidden, said"
        row = (str(path), call, 1, "zh-CN", "none", NOON, "", "[]", "[]", "[]", searched(text))
        with contextlib.closing(sqlite3.connect(self.database)) as store, store:
            store.execute(f"INSERT INTO transcripts ({columns}) VALUES ({', '.join('?' * len(row))})", row)
