"""Scenes that queues.yaml, outgoing.yaml and transfers.yaml name for the calls that the house makes by itself.

A site without scenes needs none: its calls pass the checks of hours, kinds and do-not-call alone. With one scene in
dialplans/scenes/ every call to a number outside is governed, and one that names none is denied.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dialer.governor.questions import Channel
from dialer.scenes.book import Book
from dsl.spelling import nearest_hint
from dsl.tree import Mark, Node, Problem
from hotline.versions.outgoing import OUTGOING
from hotline.versions.routing import RoutingConfiguration
from hotline.versions.transfers import TRANSFERS
from hotline.versions.trunks import calls_out
from ivr.compiler.queue_rules import QUEUES
from ivr.program import Program


class _Calls(NamedTuple):
    """Calls of one kind: the scene that is named for them, the channel it must have, where it belongs in the files."""

    what: str
    scene: str
    channel: Channel
    mark: Mark


def scenes_named(
    book: Book, routing: RoutingConfiguration, roots: Mapping[str, Node], program: Program | None
) -> list[Problem]:
    """What is wrong with the scenes that are named, and calls that name none though the site has scenes."""
    return [problem for calls in _calls(routing, roots, program) for problem in _problems(calls, book)]


def _problems(calls: _Calls, book: Book) -> Iterator[Problem]:
    if not calls.scene:
        if book.scenes:
            message = f"{calls.what} name no scene, and where there are scenes no call is placed without one"
            hint = f"`scene: NAME`, a scene of dialplans/scenes/ of the channel {calls.channel}"
            yield Problem(calls.mark, "scene", f"{message}; add {hint}", warning=True)
        return
    scene = book.scenes.get(calls.scene)
    if scene is None:
        fitting = [name for name, one in book.scenes.items() if one.settings.channel == calls.channel]
        hint = nearest_hint(calls.scene, fitting or book.scenes)
        yield Problem(calls.mark, "scene", f"there is no scene {calls.scene} in dialplans/scenes/{hint}")
    elif scene.settings.channel != calls.channel:
        message = f"the scene {calls.scene} is of the channel {scene.settings.channel}"
        yield Problem(calls.mark, "scene", f"{message}; {calls.what} are of {calls.channel}")


def _calls(routing: RoutingConfiguration, roots: Mapping[str, Node], program: Program | None) -> Iterator[_Calls]:
    queues = roots[QUEUES]
    for queue, treatment in routing.treatments.items():
        if treatment.callback is not None:
            scene = treatment.callback.scene
            place = ("queues", queue, "callback", *(("scene",) if scene else ()))
            yield _Calls(f"callbacks of {queue}", scene, "callback", _mark(queues.find(place)))
    outgoing = routing.outgoing
    if OUTGOING in roots and (outgoing.kinds or outgoing.scene):
        place = ("scene",) if outgoing.scene else ("kinds",)
        yield _Calls("agents' calls", outgoing.scene, "human", _mark(roots[OUTGOING].find(place)))
    yield from _transfers(routing, roots, program)


def _transfers(routing: RoutingConfiguration, roots: Mapping[str, Node], program: Program | None) -> Iterator[_Calls]:
    rules = routing.transfers
    to_outside = rules.kinds or any(code.number for code in rules.codes.values())
    by_flows = program is not None and any(out.by_flow for out in calls_out(program, routing))
    if TRANSFERS in roots:
        if to_outside or by_flows or rules.scene:
            root = roots[TRANSFERS]
            mark = _mark(root.find(("scene",))) if rules.scene else _mark(root)
            yield _Calls("transfers to numbers outside", rules.scene, "human", mark)
    elif by_flows:
        yield _Calls("transfers of flows to numbers outside", "", "human", Mark(TRANSFERS, 1, 1))


def _mark(node: Node) -> Mark:
    return node.key_mark or node.mark
