"""The rules of a queue's callbacks as they hold for a call now, and the row that tells what became of one."""

from control import commands, dial_rules
from control.hub import Hub
from control.register import Call, Callback
from control.treatment import CallbackRules

DEFAULTS = CallbackRules()


def rules_of(hub: Hub, call: Call) -> CallbackRules | None:
    """The rules of the queue in which the call waits; None: it has no callbacks."""
    return hub.directory.treatment(call.version, call.queue).callback


def refusal(hub: Hub, rules: CallbackRules | None) -> str:
    """The reason why nobody is called now; empty when one may be."""
    if rules is None:
        return "the queue has no callbacks"
    opened = not rules.hours or hub.directory.open(hub.register.version, rules.hours, hub.utc)
    return "" if opened else f"outside of the hours {rules.hours}"


def number_refusal(hub: Hub, rules: CallbackRules, number: str) -> str:
    """The reason why this number is never called, whoever asks for it; empty when it may be."""
    return dial_rules.number_refusal(hub.directory, hub.register.version, number, rules.kinds, rules.countries)


def uncarried(hub: Hub, number: str) -> str:
    """The reason why no call to this number can leave the house now; empty when one can, as far as is known."""
    register = hub.register
    if hub.directory.carried(register.version, number, frozenset(register.trunks_down)):
        return ""
    return "no trunk is up that carries the number"


def row(hub: Hub, call: Call, callback: Callback, outcome: commands.CallbackOutcome, why: str) -> commands.LogCallback:
    """The callback as it stands in the log from now on."""
    offset = hub.register.offset_s
    return commands.LogCallback(
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
