"""What an agent may say of their last talk of a queue, for their screen."""

from collections.abc import Callable
from typing import Any

from calls.ids import AgentId
from control.register.register import Register
from control.rules.treatment import QueueTreatment


def disposition_of(
    register: Register, treatment: Callable[[str, str], QueueTreatment], agent: AgentId
) -> dict[str, Any] | None:
    """The agent's last talk in a queue with dispositions, with its words; None: there was none. `treatment` is asked
    with a version and a queue. `state`: `talking`, `noting` (wrap-up) or `over`; `owed`: wrap-up lasts until one is
    said, or until its time is over."""
    known = register.dispositions.get(agent)
    if known is None:
        return None
    rules = treatment(known.version, known.queue)
    return {
        "attempt": known.offer,
        "call": known.call,
        "talk": known.talk,
        "queue": known.queue,
        "state": known.state,
        "owed": known.state == "noting" and rules.disposition_required,
        "said": known.said,
        "dispositions": [
            {"name": name, "title": one.title, "code": one.code} for name, one in rules.dispositions.items()
        ],
    }
