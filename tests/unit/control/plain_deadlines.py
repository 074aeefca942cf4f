"""Deadlines as they are plainly: the least of all, looked for anew. What is kept up to date must be the same."""

from calls.ids import Instant
from control.outgoing.answer_judging import decision_at
from control.routing.router import Router


def check_deadlines(router: Router) -> None:
    """Fails where a question to the gate or a campaign's call is due at another instant than was kept."""
    register = router.register
    assert router._parts.gate.next_deadline() == _least([one.due_at for one in register.asked.values()])
    contacts = [(one.due_at, decision_at(one)) for one in register.contacts.values()]
    assert router._parts.contacts.next_deadline() == _least([at for both in contacts for at in both])


def _least(instants: list[Instant | None]) -> Instant | None:
    return min((at for at in instants if at is not None), default=None)
