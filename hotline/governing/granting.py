"""Granting exceptions: only such as the published policy has, and grants one by one."""

from calls.errors import BadInput
from dsl.spelling import nearest_hint
from hotline.governing.published import InForce


def grantable(now: InForce, exception: str) -> None:
    """Raises BadInput for an exception that the policy in force has not, or that holds for all whom it covers."""
    if now.governed is None:
        raise BadInput(now.trouble)
    known = {one.name: one.holds_for for one in now.governed.policy.exemptions}
    if exception not in known:
        granted = [name for name, holds in known.items() if holds == "granted"]
        there = f"there are {', '.join(granted)}" if granted else "the published policies have none that is granted"
        raise BadInput(f"no exception {exception}{nearest_hint(exception, known)}; {there}")
    if known[exception] != "granted":
        raise BadInput(f"{exception} holds for all whom it covers: it needs to be granted to nobody")
