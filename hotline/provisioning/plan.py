"""The plan of a fallback: the part of a version that a switch can serve by itself, and the calls that it served.

The same for every kind of switch: its own compiler turns these lines into its dialplan.
"""

from collections.abc import Sequence
from pathlib import Path

import soundfile

from calls.ids import AgentId, CallId, Seconds, leg_on
from calls.overrides import Override
from control.commands import CallOutcome
from hotline.provisioning.fallback_hours import hours_of
from hotline.provisioning.fallback_numbers import forms_of
from hotline.provisioning.fallback_overrides import closed_lines, with_overrides, without
from hotline.provisioning.port import MissedCall
from hotline.versions.routing import RoutingConfiguration
from ivr.program import Flow, Jump, Menu, Program, Queue
from switch.accounts import AgentAccount, SecretStore
from switch.fallback import FallbackLine, RingGroup
from switch.missed import FallbackCall, FallbackOutcome

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
        message_s=_length_s(message) if message is not None and kept else 0.0,
    )


def _length_s(sound: Path) -> Seconds:
    """Of a sound file; 0 of one that cannot be read, which is in the log all the same."""
    try:
        return round(float(soundfile.info(sound).duration), 3)
    except soundfile.SoundFileError:
        return 0.0


def fallback_lines(
    routing: RoutingConfiguration, program: Program, utc: float, overrides: Sequence[Override] = ()
) -> list[FallbackLine]:
    """One line an entry flow: its numbers in each form, its hours, its first menu, and whose phones ring.

    The fallback is small on purpose: a key of the menu that leads to a queue rings those who serve that queue, any
    other rings everybody, and nobody answering leads to voicemail. Closed lines are closed there, too, until their end.
    """
    program = with_overrides(program, overrides, utc)
    closures = closed_lines(overrides)
    language = program.languages[0]
    sounds = program.clips.get(language, {})
    everybody = RingGroup("everybody", tuple(f"agent-{account}" for account in sorted(routing.owners)))
    lines = []
    by_flow: dict[tuple[str, str], list[str]] = {}
    taken: set[str] = set()
    for number, flow in program.entries.items():
        closed = (flow, number if number in closures else "")
        if number == "default":
            by_flow.setdefault(closed, [])
            continue
        forms = [form for form in forms_of(number, program, routing.trunks) if form not in taken]
        taken.update(forms)
        by_flow.setdefault(closed, []).extend(forms)
    takes_all = (program.entries.get("default"), "default" if "default" in closures else "")
    for (flow_name, line), numbers in by_flow.items():
        closure = closures.get(line)
        walked = _walked(program, flow_name)
        menus = ((flow, step) for flow in walked for step in flow.steps.values() if isinstance(step, Menu))
        of, menu = next(menus, (walked[0], None))
        menu_sound = sounds.get(menu.lines[-1].phrase) if menu is not None and menu.lines else None
        keys = _keys(menu, of, routing) if menu is not None and menu_sound is not None else {}
        name = flow_name.replace("/", "-").lower()
        hours = hours_of(program, flow_name, utc)
        lines.append(
            FallbackLine(
                name=name if closure is None else f"{name[:24]}-closed-{closure.number}",
                hours=hours if closure is None else without(hours, closure, utc),
                group=everybody,
                numbers=() if (flow_name, line) == takes_all else tuple(numbers),
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
