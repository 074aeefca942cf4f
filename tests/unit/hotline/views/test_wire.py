"""The live wire's messages: the changes lead from any state of the house to any other."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.views import states, wire
from hotline.views.live_states import Kind, States
from hotline.web import asyncapi
from tests.unit.hotline.views.wire_reading import KINDS, WireReader

pytestmark = pytest.mark.unit

HOUSE = wire.House("Anda", "Asia/Shanghai", ("zh-CN", "en"), 20.0, 0.8)


def _states(**named: dict[str, Any]) -> States:
    every: dict[Kind, dict[str, states.Message]] = {
        "controller": {"": states.Controller(True, "1")},
        **{kind: {} for kind in wire._NAMED},
    }
    return {**every, **named}  # type: ignore[typeddict-item]  # the names of kinds


def _agent(name: str, state: Any = "idle") -> states.Agent:
    return states.Agent(name, state, "", 1.0)


def _queue(name: str, waiting: int) -> states.Queue:
    return states.Queue(name, waiting, 0, None)


EMPTY = _states()


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (EMPTY, EMPTY, {}),
        (EMPTY, _states(agents={"01": _agent("01")}), {"agents": [{"agent": "01", "state": "idle"}]}),
        (_states(agents={"01": _agent("01")}), _states(agents={"01": _agent("01")}), {}),
        (
            _states(agents={"01": _agent("01"), "02": _agent("02")}),
            _states(agents={"01": _agent("01"), "02": _agent("02", "talking")}),
            {"agents": [{"agent": "02", "state": "talking"}]},
        ),
        (_states(queues={"care": _queue("care", 1)}), EMPTY, {"gone": {"queues": ["care"]}}),
        (
            EMPTY,
            _states(alerts={"7": states.Alert("error", "full", "free it", None, 1.0)}),
            {"alerts": [{"number": 7}]},
        ),
        (_states(alerts={"7": states.Alert("error", "full", "free it", None, 1.0)}), EMPTY, {"gone": {"alerts": [7]}}),
        (EMPTY, _states(controller={"": states.Controller(True, "2")}), {"controller": {"version": "2"}}),
    ],
)
def test_only_what_is_other_is_told(before: States, now: States, told: dict[str, Any]) -> None:
    message = wire.changes(before, now, 4, 5, 9.0)

    body = json.loads(wire.encoded(message))
    assert (body.pop("is"), body.pop("after"), body.pop("position"), body.pop("utc")) == ("changes", 4, 5, 9.0)
    assert body.keys() == told.keys()
    assert wire.is_empty(message) is not bool(told)
    for kind, rows in told.items():
        if isinstance(rows, list):
            assert [{name: row[name] for name in few} for row, few in zip(body[kind], rows, strict=True)] == rows
        else:
            assert rows.items() <= body[kind].items()


_NAMES = st.sampled_from(["a", "b", "c", "d"])
_HOUSES = st.builds(
    lambda agents, queues, alerts: _states(
        agents={name: _agent(name, state) for name, state in agents.items()},
        queues={name: _queue(name, waiting) for name, waiting in queues.items()},
        alerts={str(number): states.Alert("error", "e", "", None, 0.0) for number in alerts},
    ),
    st.dictionaries(_NAMES, st.sampled_from(["idle", "talking", "paused"])),
    st.dictionaries(_NAMES, st.integers(0, 3)),
    st.sets(st.integers(1, 5)),
)


@given(st.lists(_HOUSES, min_size=2, max_size=6))
def test_changes_lead_where_a_snapshot_is(houses: list[States]) -> None:
    reader, fresh = WireReader(), WireReader()
    reader.take(wire.encoded(wire.snapshot(houses[0], 0, 0.0, HOUSE)))
    for position, (before, now) in enumerate(itertools.pairwise(houses)):
        reader.take(wire.encoded(wire.changes(before, now, position, position + 1, 0.0)))
    fresh.take(wire.encoded(wire.snapshot(houses[-1], len(houses) - 1, 0.0, HOUSE)))
    assert reader.states == fresh.states
    assert reader.position == fresh.position
    assert set(KINDS) == set(wire._NAMED)


def test_the_document_is_made_of_the_messages() -> None:
    assert Path("docs/live.yaml").read_text(encoding="utf-8") == asyncapi.text(), (
        "python -m hotline.web.asyncapi > docs/live.yaml"
    )
