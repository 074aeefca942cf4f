"""Which step is named when a talk was not heard both ways: one row a fault, on top of a call that goes well."""

from dataclasses import replace

import pytest

from bench.talk_steps import HEARD_WITHIN_S, Steps, fault, is_heard, kind_of

pytestmark = pytest.mark.unit

WELL = Steps(
    rung_at=10.0,
    picked_up_at=10.01,
    told_at=10.02,
    asked_at=10.025,
    bridged_at=10.03,
    caller_heard_at=10.05,
    agent_heard_at=10.06,
    ended_at=11.03,
)
NEVER_BRIDGED = replace(WELL, bridged_at=None, caller_heard_at=None, agent_heard_at=None)


def test_a_call_that_goes_well_has_no_fault() -> None:
    assert fault(WELL) == ""


@pytest.mark.parametrize(
    ("steps", "named"),
    [
        (
            Steps(failure="0 the call has ended", ended_at=12.0),
            "no agent's phone was rung (0 the call has ended)",
        ),
        (Steps(rung_at=10.0, ended_at=12.0), "the agent's phone rang and was not picked up"),
        (
            replace(NEVER_BRIDGED, told_at=None, asked_at=None),
            "Asterisk did not tell that the agent's phone had answered",
        ),
        (replace(NEVER_BRIDGED, asked_at=None), "the controller did not ask for the bridge"),
        (NEVER_BRIDGED, "Asterisk did not put both into the bridge"),
        (
            Steps(bridged_at=10.03, ended_at=11.0),
            "both were in a bridge, and no phone of the bench rang for this caller",
        ),
        (
            replace(WELL, caller_heard_at=None),
            "the agent was never heard, though both were in the bridge: Asterisk passed no sound on",
        ),
        (
            replace(WELL, agent_heard_at=10.53),
            "the caller was heard 500 ms after the bridge: Asterisk passed sound on late",
        ),
        (
            replace(WELL, caller_heard_at=None, agent_heard_at=10.53),
            "the agent was never heard, though both were in the bridge: Asterisk passed no sound on; "
            "the caller was heard 500 ms after the bridge: Asterisk passed sound on late",
        ),
        (
            replace(WELL, agent_heard_at=10.53, phones_stalls=[(1.0, 2.0), (10.0, 10.4)]),
            "the phones stood still for 400 ms",
        ),
        (replace(WELL, agent_heard_at=10.53, link_stalls=[(9.9, 10.1)]), "the tap of the link stood still for 200 ms"),
        (
            replace(WELL, told_at=10.95, asked_at=10.96, bridged_at=11.0, caller_heard_at=None, agent_heard_at=None),
            "the talk ended 30 ms after its bridge: Asterisk's word of the answer took 940 ms",
        ),
        (
            replace(WELL, asked_at=10.96, bridged_at=11.0, caller_heard_at=None, agent_heard_at=None),
            "the talk ended 30 ms after its bridge: the controller's request for the bridge took 940 ms",
        ),
        (
            replace(WELL, bridged_at=11.0, caller_heard_at=None),
            "the talk ended 30 ms after its bridge: Asterisk's bridge took 975 ms",
        ),
    ],
)
def test_the_step_that_was_late_or_lost_is_named(steps: Steps, named: str) -> None:
    assert fault(steps) == named


@pytest.mark.parametrize(("after_s", "heard"), [(HEARD_WITHIN_S, True), (HEARD_WITHIN_S + 0.001, False), (-0.01, True)])
def test_both_must_be_heard_in_time(after_s: float, heard: bool) -> None:
    assert is_heard(0.0, 0.05, after_s) is heard
    assert is_heard(0.0, after_s, 0.05) is heard


def test_faults_are_counted_without_what_is_of_one_call() -> None:
    assert kind_of("the phones stood still for 400 ms") == "the phones stood still for … ms"
    assert kind_of("no agent's phone was rung (0 the call has ended)") == "no agent's phone was rung"
