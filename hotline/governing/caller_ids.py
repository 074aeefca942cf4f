"""Caller ids as they stand: which are in rotation, and which rest because a network has blocked a call of theirs."""

from collections.abc import Mapping

import msgspec

from hotline.governing.published import InForce


class ShownCallerId(msgspec.Struct, frozen=True):
    """One number that calls may show."""

    caller_id: str
    """One of the house's own, E.164."""
    scenes: tuple[str, ...]
    """The scenes that name it; none: it is of a pool, or of calls of before."""
    rests_until: float | None
    """UTC epoch seconds; None: it is in rotation."""


def caller_ids(now: InForce, resting: Mapping[str, float]) -> list[ShownCallerId]:
    """All numbers of the published scenes, and those that rest: `resting` has them with the ends of their rests."""
    scenes: dict[str, list[str]] = {}
    for name, (scene, _) in now.governed.policy.scenes.items() if now.governed is not None else ():
        for number in scene.caller_ids:
            scenes.setdefault(number, []).append(name)
    return [
        ShownCallerId(number, tuple(sorted(scenes.get(number, ()))), resting.get(number))
        for number in sorted({*scenes, *resting})
    ]


def resting_of(now: InForce, resting: Mapping[str, float], scene: str) -> dict[str, float]:
    """Of those that rest the ones of a scene; of a scene that names no numbers, all."""
    found = now.governed.policy.scenes.get(scene) if now.governed is not None else None
    mine = found[0].caller_ids if found is not None else ()
    return {number: until for number, until in resting.items() if not mine or number in mine}
