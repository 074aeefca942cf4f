"""Judgement of a sentence, as plain data: what it was taken for, how sure that is, and why."""

from typing import Literal

import msgspec

Decision = Literal["answered", "asked", "handed_over"]
Near = tuple[tuple[str, float], ...]
"""Intents whose sentences are nearest to what was said, each with the likeness of its nearest one (0 to 1)."""


class Neighbour(msgspec.Struct, frozen=True):
    """Sentence of the intents that is near, and how near (0 to 1)."""

    text: str
    intent: str
    likeness: float


class Judgement(msgspec.Struct, frozen=True):
    """What a sentence was taken for.

    `score` is the chance that `intent` is right, from 0 to 1; `margin` is its lead over `second` in the regression's
    scores, where 1 lies between an example and a stranger. `parts` is what each part of the comparison adds to it.
    """

    decision: Decision
    intent: str
    second: str
    score: float
    margin: float
    neighbours: tuple[Neighbour, ...] = ()
    parts: dict[str, float] = {}


NOTHING = Judgement("handed_over", "", "", 0.0, 0.0)
"""Of a sentence without words."""


def nearest(judged: Judgement) -> Near:
    """Intents of the sentences that are near, the nearest first."""
    found: dict[str, float] = {}
    for neighbour in judged.neighbours:
        if neighbour.intent:
            found[neighbour.intent] = max(neighbour.likeness, found.get(neighbour.intent, 0.0))
    return tuple(sorted(found.items(), key=lambda one: -one[1]))
