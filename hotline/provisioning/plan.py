"""The plan of a fallback: the part of a version that a switch can serve by itself, and the calls that it served.

The same for every kind of switch: its own compiler turns these lines into its dialplan.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from calls.ids import AgentId, CallId, leg_on
from control.commands import CallOutcome
from dsl import hours as opening
from hotline.provisioning.port import MissedCall
from hotline.versions.routing import RoutingConfiguration
from ivr.program import AskHours, Flow, Jump, Menu, Program, Queue
from switch.accounts import AgentAccount, SecretStore
from switch.fallback import FallbackLine, OpeningHours, RingGroup, Span
from switch.missed import FallbackCall, FallbackOutcome

_ALWAYS = OpeningHours("UTC", {day: (Span(0, 1440),) for day in range(1, 8)})
_DATES_AHEAD = 400
"""Days of holidays that the fallback knows ahead: a controller that is away for longer has other troubles."""

_OUTCOMES: dict[FallbackOutcome, CallOutcome] = {
    FallbackOutcome.APOLOGY: "refused",
    FallbackOutcome.CLOSED: "refused",
    FallbackOutcome.ABANDONED: "abandoned",
    FallbackOutcome.NO_ANSWER: "abandoned",
    FallbackOutcome.ANSWERED: "answered",
}


def accounts_of(routing: RoutingConfiguration, secrets: SecretStore) -> tuple[AgentAccount, ...]:
    """The agents' accounts; a secret that there is not yet is made."""
    return tuple(AgentAccount(name, secrets.get(f"agent-{name}")) for name in sorted(routing.owners))


def missed_call(call: FallbackCall, voicemail_dir: Path, node: str) -> MissedCall:
    """A call that met the fallback of this node. A message that was offered and not left counts for none."""
    message = voicemail_dir / call.voicemail if call.voicemail else None
    kept = message is not None and message.exists()
    return MissedCall(
        call=CallId(leg_on(node, f"fallback-{call.id}")),
        caller=call.caller,
        called=call.dialled,
        began_at=call.started_at.timestamp(),
        ended_at=call.ended_at.timestamp(),
        outcome="message" if kept else _OUTCOMES[call.outcome],
        agent=AgentId(call.agent.removeprefix("agent-")) if call.agent else None,
        message=str(message) if kept else "",
    )


def fallback_lines(routing: RoutingConfiguration, program: Program, utc: float) -> list[FallbackLine]:
    """One line an entry flow: its hours, its first menu, and whose phones ring.

    The fallback is small on purpose: a key of the menu that leads to a queue rings those who serve that queue, any
    other rings everybody, and nobody answering leads to voicemail.
    """
    language = program.languages[0]
    sounds = program.clips.get(language, {})
    everybody = RingGroup("everybody", tuple(f"agent-{account}" for account in sorted(routing.owners)))
    lines = []
    by_flow: dict[str, list[str]] = {}
    for number, flow in program.entries.items():
        by_flow.setdefault(flow, []).append(number)
    takes_all = program.entries.get("default") or next(iter(by_flow), None)
    for flow_name, numbers in by_flow.items():
        walked = _walked(program, flow_name)
        menus = ((flow, step) for flow in walked for step in flow.steps.values() if isinstance(step, Menu))
        of, menu = next(menus, (walked[0], None))
        menu_sound = sounds.get(menu.lines[-1].phrase) if menu is not None and menu.lines else None
        keys = _keys(menu, of, routing) if menu is not None and menu_sound is not None else {}
        lines.append(
            FallbackLine(
                name=flow_name.replace("/", "-").lower(),
                hours=_hours(walked, program, utc),
                group=everybody,
                numbers=() if flow_name == takes_all else tuple(number for number in numbers if number != "default"),
                keys=keys,
                greeting=sounds.get("welcome"),
                menu=menu_sound if keys else None,
                closed=sounds.get("closed_today"),
                leave_message=sounds.get("voicemail"),
            )
        )
    return lines


def _walked(program: Program, start: str) -> list[Flow]:
    """The flow, and those that it hands the caller over to, nearest first."""
    names = [start]
    for name in names:
        onward = (step.flow for step in program.flows[name].steps.values() if isinstance(step, Jump))
        names += [flow for flow in onward if flow not in names]
    return [program.flows[name] for name in names]


def _keys(menu: Menu, flow: Flow, routing: RoutingConfiguration) -> dict[str, RingGroup]:
    keys = {}
    for key, then in {**menu.global_keys, **menu.keys}.items():
        step = flow.steps.get(then)
        if isinstance(step, Queue):
            serving = [
                person.account or agent
                for agent, person in routing.configuration.agents.items()
                if person.queues is None or step.queue in person.queues
            ]
            if serving:
                keys[key] = RingGroup(step.queue, tuple(f"agent-{account}" for account in sorted(serving)))
    return keys


def _hours(walked: list[Flow], program: Program, utc: float) -> OpeningHours:
    asked = next(
        (step.hours for flow in walked[:1] for step in flow.steps.values() if isinstance(step, AskHours)), None
    )
    if asked is None:
        return _ALWAYS
    hours = program.hours[asked]
    weekdays = {day + 1: _spans(spans) for day, spans in enumerate(hours.week)}
    dates = {}
    today = datetime.fromtimestamp(utc, UTC).date()
    for day in (today + timedelta(days=ahead) for ahead in range(-1, _DATES_AHEAD)):
        spans, reason = opening.of_day(hours, day)
        if reason != "week":
            dates[day] = _spans(spans)
    return OpeningHours(hours.zone, weekdays, dates)


def _spans(spans: tuple[opening.Span, ...]) -> tuple[Span, ...]:
    """Opening hours of one day, cut at midnight: the fallback's hours know no day that ends later."""
    return tuple(Span(first, min(last, 1440)) for first, last in spans if first < 1440)
