"""The plan of a fallback: the part of a version that a switch can serve by itself, and the calls that it served.

The same for every kind of switch: its own compiler turns these lines into its dialplan.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import soundfile

from calls.ids import AgentId, CallId, Seconds, leg_on
from calls.overrides import ALL, Override
from control.messages.log_commands import CallOutcome
from hotline.provisioning.fallback_hours import hours_of
from hotline.provisioning.fallback_numbers import forms_of
from hotline.provisioning.fallback_overrides import announced, closed_lines, closed_queues, with_overrides, without
from hotline.provisioning.port import MissedCall
from hotline.versions.routing import RoutingConfiguration
from ivr.program import Flow, Program
from ivr.steps import Jump, Menu, Queue
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


def accounts_of(
    routing: RoutingConfiguration, secrets: SecretStore, web: Mapping[str, str] | None = None
) -> tuple[AgentAccount, ...]:
    """The agents' accounts; a secret that there is not yet is made. `web` has the passwords of those that are lent to
    browsers."""
    lent = web or {}
    return tuple(
        AgentAccount(name, lent.get(name) or secrets.get(f"agent-{name}"), name in lent)
        for name in sorted(routing.owners)
    )


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
    routing: RoutingConfiguration,
    program: Program,
    utc: float,
    overrides: Sequence[Override] = (),
    announcements: Mapping[int, Sequence[str]] | None = None,
) -> list[FallbackLine]:
    """One line an entry flow: its numbers in each form, its hours, its first menu, and whose phones ring.

    The fallback is small on purpose: a key of the menu that leads to a queue rings those who serve that queue, any
    other rings everybody, and nobody answering leads to voicemail. Closed lines are closed there, too, until their end;
    a closed queue rings nobody until then, and where all queues that a line leads to are closed, neither does the line.
    `announcements` are the sounds of such overrides, by number.
    """
    program = with_overrides(program, overrides, utc)
    closures, shut, sounds_of = closed_lines(overrides), closed_queues(overrides), announcements or {}
    own = {one.name: f"says-{one.number}" for one in overrides if one.number in sounds_of and one.target != ALL}
    own |= {line: f"closed-{closure.number}" for line, closure in closures.items()}
    language = program.languages[0]
    sounds = program.clips.get(language, {})
    lines = []
    takes_all = (program.entries.get("default"), "default" if "default" in own else "")
    for (flow_name, line), numbers in _numbers(program, routing, own).items():
        closure = closures.get(line)
        walked = _walked(program, flow_name)
        menus = ((flow, step) for flow in walked for step in flow.steps.values() if isinstance(step, Menu))
        of, menu = next(menus, (walked[0], None))
        menu_sound = sounds.get(menu.lines[-1].phrase) if menu is not None and menu.lines else None
        keys = _keys(menu, of, routing, shut) if menu is not None and menu_sound is not None else {}
        name = flow_name.replace("/", "-").lower()
        hours = hours_of(program, flow_name, utc)
        lines.append(
            FallbackLine(
                name=f"{name[:24]}-{own[line]}" if line else name,
                hours=hours if closure is None else without(hours, closure, utc),
                group=_everybody(routing, walked, shut),
                numbers=() if (flow_name, line) == takes_all else tuple(numbers),
                keys=keys,
                greeting=sounds.get("welcome"),
                menu=menu_sound if keys else None,
                closed=sounds.get("closed_today"),
                leave_message=sounds.get("voicemail"),
                announcements=announced(overrides, line, sounds_of),
            )
        )
    return lines


def _numbers(
    program: Program, routing: RoutingConfiguration, own: Collection[str]
) -> Mapping[tuple[str, str], Sequence[str]]:
    """The numbers of each flow in each form; those of `own` by themselves, under their name."""
    found: dict[tuple[str, str], list[str]] = {}
    taken: set[str] = set()
    for number, flow in program.entries.items():
        numbers = found.setdefault((flow, number if number in own else ""), [])
        if number != "default":
            forms = [form for form in forms_of(number, program, routing.trunks) if form not in taken]
            taken.update(forms)
            numbers.extend(forms)
    return found


def _everybody(routing: RoutingConfiguration, walked: Sequence[Flow], shut: Mapping[str, int]) -> RingGroup:
    """Everybody's phones. Of a line whose queues are all closed they are not rung until the first is open."""
    queues = {step.queue for flow in walked for step in flow.steps.values() if isinstance(step, Queue)}
    closed_until = min(shut[queue] for queue in queues) if queues and queues <= shut.keys() else 0
    phones = tuple(f"agent-{account}" for account in sorted(routing.owners))
    return RingGroup("everybody", phones, closed_until)


def _walked(program: Program, start: str) -> list[Flow]:
    """The flow, and those that it hands the caller over to, nearest first."""
    names = [start]
    for name in names:
        onward = (step.flow for step in program.flows[name].steps.values() if isinstance(step, Jump))
        names += [flow for flow in onward if flow not in names]
    return [program.flows[name] for name in names]


def _keys(menu: Menu, flow: Flow, routing: RoutingConfiguration, shut: Mapping[str, int]) -> dict[str, RingGroup]:
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
                phones = tuple(f"agent-{account}" for account in sorted(serving))
                keys[key] = RingGroup(step.queue, phones, shut.get(step.queue, 0))
    return keys
