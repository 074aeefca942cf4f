"""The rules of a queue's callbacks as they hold for a call now, and the row that tells what became of one."""

from calls.overrides import closes
from control.gate import dial_rules
from control.hub.hub import Hub
from control.messages import log_commands
from control.overrides.overrides import other_hours
from control.register.call import Call, Callback
from control.rules.treatment import CallbackRules

DEFAULTS = CallbackRules()


def rules_of(hub: Hub, call: Call) -> CallbackRules | None:
    """The rules of the queue in which the call waits; None: it has no callbacks."""
    return hub.directory.treatment(call.version, call.queue).callback


def refusal(hub: Hub, rules: CallbackRules | None) -> str:
    """The reason why nobody is called now; empty when one may be."""
    if rules is None:
        return "the queue has no callbacks"
    version = hub.register.version
    opened = not rules.hours or hub.directory.open(version, rules.hours, hub.utc, other_hours(hub, rules.hours))
    return "" if opened else f"outside of the hours {rules.hours}"


def number_refusal(hub: Hub, rules: CallbackRules, number: str) -> str:
    """The reason why this number is never called, whoever asks for it; empty when it may be."""
    return dial_rules.number_refusal(hub.directory, hub.register.version, number, rules.kinds, rules.countries)


def hindrance(hub: Hub, call: Call, number: str) -> str:
    """The reason why nobody of this call's queue can be called at the number now; empty when one can, as far as is
    known: the queue is closed to all but those who wait on the line, or every trunk is down."""
    register = hub.register
    stays = hub.directory.treatment(call.version, call.queue).on_closure == "stay"
    if not stays and closes(register.overrides, f"queue:{call.queue}") is not None:
        return f"the queue {call.queue} is closed"
    if hub.directory.carried(register.version, number, frozenset(register.trunks_down)):
        return ""
    return "no trunk is up that carries the number"


def row(
    hub: Hub, call: Call, callback: Callback, outcome: log_commands.CallbackOutcome, why: str
) -> log_commands.LogCallback:
    """The callback as it stands in the log from now on."""
    offset = hub.register.offset_s
    return log_commands.LogCallback(
        call=call.call,
        number=callback.number,
        queue=call.queue,
        booked_at=callback.booked_at + offset,
        changed_at=hub.utc,
        expires_at=callback.expires_at + offset,
        tries=callback.tries,
        outcome=outcome,
        agent=call.agent,
        detail=why,
    )
