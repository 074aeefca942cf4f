"""Counting: which past calls a rule looks at. Used by the families frequency and spacing.

What is not known of a past call, such as the scene of one that another system placed, does not take it out of a count.
"""

from collections.abc import Callable
from typing import Literal

from dialer.governor.asking import Asking
from dialer.governor.binding import Binding
from dialer.governor.history import PastCall
from dialer.governor.scope import Scope, all_cover_scene

Countable = Literal["attempts", "talks", "abandons", "answered", "unanswered"]
Per = Literal["number", "person", "account"]
Among = Literal["covered", "all", "category", "scene", "group", "campaign"]
"""`covered`: the calls of the scenes that `for:` of the rule covers. The others: those of the category, scene, group or
campaign of this call."""

STATES: dict[Countable, frozenset[str]] = {
    "attempts": frozenset({"reserved", "attempted", "answered", "effective", "abandoned", "blocked"}),
    "talks": frozenset({"reserved", "effective"}),
    "abandons": frozenset({"reserved", "abandoned"}),
    "answered": frozenset({"reserved", "answered", "effective", "abandoned"}),
    "unanswered": frozenset({"reserved", "attempted", "blocked"}),
}
"""The states that count as each. A reserved call is not settled yet: it counts as all that it may become."""

SINGULAR: dict[Countable, str] = {
    "attempts": "call",
    "talks": "talk",
    "abandons": "abandoned call",
    "answered": "answered call",
    "unanswered": "unanswered call",
}
CALLS: dict[Per, Callable[[Asking], list[PastCall]]] = {
    "number": Asking.number_calls,
    "person": Asking.person_calls,
    "account": Asking.account_calls,
}
Fits = Callable[[PastCall, Asking], bool]


def fits_of(among: Among, scopes: tuple[Scope, ...], binding: Binding) -> Fits | None:
    """Whether a past call is among those; None: all are."""
    match among:
        case "all":
            return None
        case "category":
            return lambda call, asking: call.category in ("", asking.scene.category)
        case "scene":
            return lambda call, asking: call.scene in ("", asking.scene.name)
        case "campaign":
            return lambda call, asking: not asking.question.campaign or call.campaign in ("", asking.question.campaign)
        case "group":
            scenes, groups = binding.scenes, binding.groups
            return lambda call, asking: (
                not asking.scene.group or call.scene in groups[asking.scene.group] or call.scene not in scenes
            )
        case "covered":
            return _covered(scopes, binding)


def _covered(scopes: tuple[Scope, ...], binding: Binding) -> Fits | None:
    if not any(one.category or one.channel or one.scene or one.product or one.group for one in scopes):
        return None
    covered = frozenset(name for name, scene in binding.scenes.items() if all_cover_scene(scopes, scene))
    scenes = binding.scenes

    def fits(call: PastCall, asking: Asking) -> bool:
        if call.scene in covered:
            return True
        if call.scene in scenes:
            return False
        return all(
            (not one.category or call.category in ("", *one.category))
            and (not one.channel or call.channel in ("", *one.channel))
            for one in scopes
        )

    return fits
