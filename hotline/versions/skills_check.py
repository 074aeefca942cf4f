"""Skills that flows ask for, against the agents there are: skills that nobody has, or that no one agent has together.

These are warnings: an agent may be hired tomorrow. What no list of skills has is an error.
"""

from collections.abc import Iterator, Mapping

from acd.config import AgentConfig, Configuration, QueueConfig
from acd.skills import (
    SkillExpression,
    SkillExpressionError,
    conjunction,
    lowered,
    parse,
    parse_all,
    render,
    satisfied,
    without,
)
from calls.ids import QueueName
from dsl.spelling import nearest_hint
from dsl.tree import Mark, Node, Problem
from ivr.compiler.grammar import Reading
from ivr.program import Flow
from ivr.steps import Queue


def unlisted_skills(agents: Node, listed: tuple[str, ...]) -> Iterator[Problem]:
    """Skills in agents.yaml that skills.yaml does not have: they would never be asked for."""
    section = agents.items.get("agents")
    for agent in section.items.values() if section is not None else ():
        skills = agent.items.get("skills")
        for skill, level in skills.items.items() if skills is not None else ():
            if skill not in listed:
                message = f"{skill} is no skill of skills.yaml{nearest_hint(skill, listed)}"
                yield Problem(level.key_mark or level.mark, "unknown-skill", message)


def unanswerable(
    flows: Mapping[str, Flow], readings: Mapping[str, Reading], configuration: Configuration
) -> Iterator[Problem]:
    """Queue steps whose callers no agent could ever answer, after all the widening of their queue."""
    for name, flow in flows.items():
        for at, step in flow.steps.items():
            rule = configuration.queues.get(QueueName(step.queue)) if isinstance(step, Queue) else None
            if not isinstance(step, Queue) or rule is None or not step.skills:
                continue
            try:
                expression = parse_all((*step.skills, *rule.skills))
                if _reached(configuration, QueueName(step.queue), rule, expression, frozenset()):
                    continue
            except SkillExpressionError:
                continue  # told where it stands
            reading = readings[name]
            places = [ref.mark for ref in reading.refs if ref.kind == "skills" and ref.step == at]
            yield _told(places[0] if places else reading.marks[at], step, expression, configuration)


def _told(mark: Mark, step: Queue, expression: SkillExpression, configuration: Configuration) -> Problem:
    agents = configuration.agents.values()
    serving = _serving(configuration, QueueName(step.queue))
    alone = [text for text in step.skills if not any(satisfied(parse(text), agent.skills) for agent in agents)]
    if alone:
        message = f"nobody has {' or '.join(alone)}"
    elif not any(satisfied(expression, agent.skills) for agent in agents):
        message = f"no one agent has all of {render(expression)}"
    elif not serving:
        message = f"no agent serves the queue {step.queue}"
    else:
        message = f"no agent who serves the queue {step.queue} has {render(expression)}"
    return Problem(mark, "nobody", f"{message}: a caller would wait for nobody", warning=True)


def _serving(configuration: Configuration, queue: QueueName) -> list[AgentConfig]:
    agents = configuration.agents.values()
    return [agent for agent in agents if agent.queues is None or queue in agent.queues]


def _reached(
    configuration: Configuration,
    queue: QueueName,
    rule: QueueConfig,
    expression: SkillExpression,
    passed: frozenset[QueueName],
) -> bool:
    """True if some agent may answer, now or after a widening step (`acd.callers` widens so)."""
    serving = _serving(configuration, queue)
    if any(satisfied(expression, agent.skills) for agent in serving):
        return True
    for step in rule.steps:
        expression = lowered(expression, step.lower) if step.lower else expression
        expression = without(expression, frozenset(step.drop)) if step.drop else expression
        if any(satisfied(expression, agent.skills) for agent in serving):
            return True
        if step.add and any(satisfied(conjunction([parse(step.add)]), a.skills) for a in configuration.agents.values()):
            return True
        following = None if step.overflow is None else configuration.queues.get(step.overflow)
        if step.overflow is not None and following is not None and step.overflow not in passed:
            onward = conjunction([expression, *map(parse, following.skills)])
            if _reached(configuration, step.overflow, following, onward, passed | {queue}):
                return True
    return False
