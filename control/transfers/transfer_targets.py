"""Targets of transfers: what an agent keyed or wrote, read as an agent, a queue, a flow, or a number outside.

| written | target |
|---|---|
| a code of transfers.yaml | as it says there |
| the account of an agent's phone, an agent's name, `agent:NAME` | that agent |
| a queue's name, `queue:NAME`, `queue:NAME SKILL …` | that queue, with the skills |
| a flow's name, `flow:NAME`, a number of the house | that flow |
| a number, `tel:NUMBER` | somebody outside, where the rules allow it |
"""

import re

from acd.skills import SkillExpressionError, parse_all
from calls.ids import AgentId
from calls.numbers import e164
from control.gate.dial_rules import number_refusal
from control.hub.ports import Directory
from control.register.handing_on import Target

_NUMBER = re.compile(r"\+?[0-9][0-9 ()./-]{1,24}")


def find(directory: Directory, version: str, flows: str, to: str) -> Target | str:
    """The target, or why there is none. `version` is today's, `flows` the version that the call walks."""
    rules = directory.transfer_rules(version)
    code = rules.codes.get(to)
    if code is not None:
        if code.number:
            return Target("number", e164(code.number, directory.region(version)))
        return Target("queue", code.queue, code.skills) if code.queue else Target("flow", code.flow)
    kind, colon, rest = to.partition(":")
    match kind:
        case "agent" if colon:
            return _agent(directory, version, rest) or f"no agent {rest}"
        case "queue" if colon:
            name, *skills = rest.split() or [""]
            if not directory.has_queue(version, name):
                return f"no queue {name}"
            try:
                parse_all(skills)
            except SkillExpressionError as error:
                return str(error)
            return Target("queue", name, tuple(skills))
        case "flow" if colon:
            return Target("flow", rest) if directory.has_flow(flows, rest) else f"no flow {rest}"
        case "tel" if colon:
            return _number(directory, version, rest)
    if (agent := _agent(directory, version, to)) is not None:
        return agent
    if directory.has_queue(version, to):
        return Target("queue", to)
    if directory.has_flow(flows, to):
        return Target("flow", to)
    return _number(directory, version, to) if _NUMBER.fullmatch(to) else "no such agent, queue, flow or number"


def _agent(directory: Directory, version: str, to: str) -> Target | None:
    agent = directory.agent(version, to)
    if agent is None and directory.account(version, AgentId(to)) is not None:
        agent = AgentId(to)
    return None if agent is None else Target("agent", agent)


def _number(directory: Directory, version: str, to: str) -> Target | str:
    rules, number = directory.transfer_rules(version), e164(to, directory.region(version))
    if directory.is_own(version, number):
        flow = directory.entry(version, number)
        return Target("flow", flow) if flow is not None else "no flow has this number"
    refused = number_refusal(directory, version, number, rules.kinds, rules.countries)
    return refused or Target("number", number)
