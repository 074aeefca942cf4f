"""Phrases that the house itself says, beside those of flows: each is there, with no places but those known then."""

from collections.abc import Iterator, Mapping

from calls.number_kinds import COUNTRIES
from control.agents import star_codes
from control.machines import override_menu
from control.rules.treatment import QueueTreatment, phrases_of_announcements, phrases_of_callbacks
from dsl.hours import Hours
from dsl.spelling import nearest_hint
from dsl.tree import Mark, Node, Problem
from hotline.versions.routing import RoutingConfiguration
from ivr.compiler.phrases import Phrases
from ivr.machine.saying import UNSAYABLE

OF_STAR_CODES = [phrase for phrase, coarser in star_codes.PHRASES.items() if not coarser]
ALWAYS: Mapping[str, str] = {
    **dict.fromkeys(OF_STAR_CODES, "to an agent who has dialled a star code"),
    "talk_cut_off": "to a caller whose talk was cut off on the agent's side, and who waits again",
    UNSAYABLE: "in place of a value or a sentence that cannot be said",
    "welcome": "by the switch alone, while the controller is away",
    "closed_today": "by the switch alone, outside of the hours",
    "voicemail": "by the switch alone, before the tone",
}
"""Phrases of every house, and when they are said. Without one of them there is silence in its place: a warning."""

WHERE_ASKED_FOR: Mapping[str, str] = {
    "whisper": "to an agent before each talk, unless the queue names another (`whisper`)",
    "whisper_callback": "to an agent who is asked to call back (`callback`)",
    "queue_position": "to callers who wait (`announce`), with `queue_next`, `queue_again`, `queue_more`",
    "wait_between": "to callers who wait (`announce`), with `wait_less_than`, `wait_more_than`",
    "callback_confirm": "to callers who take a callback (`offers`), with `callback_number`, `callback_refused`",
    "callback_arrived": "to a caller who is called back",
    "queue_closed": "to callers who wait in a queue that is closed (`on_closure: announce`)",
    "override_menu": "by phone to somebody who sets overrides (`code`, `number` of overrides.yaml), with `override_…`",
}
"""Phrases that are needed where queues.yaml or a flow asks for them, and when they are said."""


def house_phrases(
    phrases: Phrases,
    hours: Mapping[str, Hours],
    routing: RoutingConfiguration,
    root: Node,
    prompts: Mark,
    by_phone: bool = False,
) -> Iterator[Problem]:
    """Problems of the phrases that queues, callbacks and star codes say. `root` is queues.yaml's.

    `by_phone`: a code or a number leads to the menu of overrides.
    """
    there = frozenset(phrases.keys)
    for phrase, when in ALWAYS.items():
        if phrase not in there:
            message = f"there is no phrase {phrase}{nearest_hint(phrase, phrases.keys)}: it is said {when}"
            yield Problem(prompts, "house-phrase", message, warning=True)
        elif phrases.places(phrase):
            yield Problem(prompts, "house-phrase", f"{phrase} is told nothing, and has places for values")
    if by_phone:
        for phrase, told in override_menu.PHRASES.items():
            yield from _phrase(phrases, phrase, set(told), prompts)
    for queue, treatment in routing.treatments.items():
        yield from _of_queue(phrases, hours, queue, treatment, root)
        steps = routing.configuration.queues[queue].steps if queue in routing.configuration.queues else ()
        for number, step in enumerate(steps):
            if step.offer == "callback" and treatment.callback is None:
                message = f"{queue} offers a callback and has no rules for it: give it `callback: {{hours: …}}`"
                yield Problem(_mark(root, ("queues", queue, "steps", number, "offer")), "people", message)


def _of_queue(
    phrases: Phrases, hours: Mapping[str, Hours], queue: str, treatment: QueueTreatment, root: Node
) -> Iterator[Problem]:
    path: tuple[str | int, ...] = ("queues", queue)
    if treatment.whisper:
        # the default needs a place of its own: the queue stands for it
        yield from _phrase(phrases, treatment.whisper, {"queue", "reason"}, _mark(root, (*path, "whisper")))
    if treatment.on_closure == "announce":
        yield from _phrase(phrases, "queue_closed", set(), _mark(root, (*path, "on_closure")))
    if treatment.announce is not None:
        for phrase, places in phrases_of_announcements(treatment.announce):
            yield from _phrase(phrases, phrase, places, _mark(root, (*path, "announce")))
    if treatment.callback is not None:
        mark = _mark(root, (*path, "callback"))
        for phrase, places in phrases_of_callbacks(treatment.callback):
            yield from _phrase(phrases, phrase, places, mark)
        for number, country in enumerate(treatment.callback.countries):
            if country not in COUNTRIES:
                place = _mark(root, (*path, "callback", "countries", number))
                code = country[:2].upper()  # HKG, cn, and never one that merely looks alike
                hint = f" (did you mean {code}?)" if code in COUNTRIES else "; ISO 3166 has two letters for each"
                yield Problem(place, "unknown-country", f"there is no country {country}{hint}")
        if treatment.callback.hours and treatment.callback.hours not in hours:
            hint = nearest_hint(treatment.callback.hours, tuple(hours))
            mark = _mark(root, (*path, "callback", "hours"))
            yield Problem(mark, "unknown-hours", f"there are no hours {treatment.callback.hours}{hint}")
    if list(treatment.alert_s) != sorted(set(treatment.alert_s)):
        yield Problem(_mark(root, (*path, "alert_s")), "people", "alarms are in the order of their time")


def _phrase(phrases: Phrases, phrase: str, places: set[str], mark: Mark) -> Iterator[Problem]:
    if phrase not in phrases.keys:
        yield Problem(mark, "unknown-phrase", f"there is no phrase {phrase}{nearest_hint(phrase, phrases.keys)}")
        return
    unknown = phrases.places(phrase).keys() - places
    if unknown:
        known = " and ".join(sorted(places)) or "nothing"
        yield Problem(mark, "house-phrase", f"{phrase} is told {known}, not {', '.join(sorted(unknown))}")


def _mark(root: Node, path: tuple[str | int, ...]) -> Mark:
    node = root.find(path)
    return node.key_mark or node.mark
