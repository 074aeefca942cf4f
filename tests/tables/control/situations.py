"""Situations of call control, a state of a machine each: the rows of the tables beside this file."""

from collections.abc import Callable, Mapping

from acd.events import AgentPaused
from calls import events as door
from calls.causes import Cause
from calls.commands import Originate
from calls.ids import AgentId, LegId
from tests.tables.control.scene import Scene, scene

PLACES: Mapping[str, Callable[[], Scene]] = {
    "menu": scene(Scene.arrives),
    "waiting": scene(Scene.waits),
    "booked": scene(Scene.books),
    "offered": scene(Scene.waits, Scene.agent_comes),
    "talking": scene(Scene.waits, Scene.agent_comes, Scene.agent_answers, Scene.whisper_ends, Scene.connection_stands),
    "transferring": scene(Scene.transfers),
    "transferred": scene(Scene.transfers, Scene.target_answers, Scene.connection_stands),
    "dialling": scene(Scene.dials_out),
}
OFFERS: Mapping[str, Callable[[], Scene]] = {
    "ringing": scene(Scene.waits, Scene.agent_comes),
    "whispering": scene(Scene.waits, Scene.agent_comes, Scene.agent_answers),
    "bridging": scene(Scene.waits, Scene.agent_comes, Scene.agent_answers, Scene.whisper_ends),
    "talking": scene(Scene.waits, Scene.agent_comes, Scene.agent_answers, Scene.whisper_ends, Scene.connection_stands),
    "parting": scene(
        *(Scene.waits, Scene.agent_comes, Scene.agent_answers, Scene.whisper_ends, Scene.connection_stands),
        Scene.agent_is_gone,
    ),
}
CALLBACKS: Mapping[str, Callable[[], Scene]] = {
    "checking": scene(Scene.asks_for_callback),
    "unchecked": scene(
        Scene.asks_for_callback,
        lambda made: made.house.tell(door.CallEnded(LegId(made.call_id), Cause.NORMAL)) and None,
    ),
    "booked": scene(Scene.books),
    "asking": scene(Scene.books, Scene.agent_comes, Scene.agent_answers, Scene.whisper_ends),
    "clearing": scene(Scene.books, Scene.accepts),
    "dialling": scene(Scene.dials),
    "resting": scene(
        Scene.dials,
        lambda made: made.house.tell(door.CallEnded(made.house.last(Originate).leg, Cause.NO_ANSWER)) and None,
    ),
    "talking": scene(Scene.dials, Scene.called_back_answers, Scene.connection_stands),
}
_TALKING = (Scene.waits, Scene.agent_comes, Scene.agent_answers, Scene.whisper_ends, Scene.connection_stands)
_AWAY = (*_TALKING, Scene.agent_hands_on, Scene.number_is_allowed)
TRANSFERS: Mapping[str, Callable[[], Scene]] = {
    "checking": scene(*_TALKING, Scene.agent_hands_on),
    "away": scene(*_AWAY),
    "outside": scene(*_AWAY, Scene.phone_is_free, Scene.target_answers, Scene.connection_stands),
    "returning": scene(*_AWAY, Scene.phone_is_free, Scene.outside_is_busy),
    "waiting": scene(*_AWAY, Scene.phone_is_free, Scene.agent_signs_out, Scene.outside_is_busy),
}
AGENT_CALLS: Mapping[str, Callable[[], Scene]] = {
    "calling": scene(Scene.asks_to_call),
    "checking": scene(Scene.dials_out),
    "ringing": scene(Scene.dials_out, Scene.number_is_allowed),
    "bridging": scene(Scene.dials_out, Scene.number_is_allowed, Scene.target_answers),
    "talking": scene(Scene.dials_out, Scene.number_is_allowed, Scene.target_answers, Scene.connection_stands),
    "telling": scene(Scene.dials_out, Scene.number_is_refused),
    "ending": scene(Scene.dials_out, Scene.number_is_refused, Scene.words_end),
}
_CONSULTED = (*_TALKING, Scene.agent_consults, Scene.number_is_allowed, Scene.target_answers, Scene.connection_stands)
CONSULTATIONS: Mapping[str, Callable[[], Scene]] = {
    "checking": scene(*_TALKING, Scene.agent_consults),
    "ringing": scene(*_TALKING, Scene.agent_consults, Scene.number_is_allowed),
    "talking": scene(*_CONSULTED),
    "swapped": scene(*_CONSULTED, Scene.agent_swaps, Scene.connection_stands),
    "conference": scene(*_CONSULTED, Scene.agent_joins_all, Scene.connection_stands),
}
STAR_CODES: Mapping[str, Callable[[], Scene]] = {
    "nobody's phone": scene(lambda made: setattr(made, "phone", "8099")),
    "offline": scene(),
    "idle": scene(Scene.agent_comes),
    "paused": scene(Scene.agent_comes, lambda made: made.house.tell(AgentPaused(AgentId("01"), "lunch")) and None),
    "offered": scene(Scene.waits, Scene.agent_comes),
    "talking": scene(Scene.waits, Scene.agent_comes, Scene.agent_answers, Scene.whisper_ends, Scene.connection_stands),
    "wrap_up": scene(
        Scene.waits,
        Scene.agent_comes,
        Scene.agent_answers,
        Scene.whisper_ends,
        Scene.connection_stands,
        lambda made: made.house.tell(door.CallEnded(LegId(made.call_id), Cause.NORMAL)) and None,
    ),
}
SITUATIONS: Mapping[str, Mapping[str, Callable[[], Scene]]] = {
    "places": PLACES,
    "offers": OFFERS,
    "callbacks": CALLBACKS,
    "transfers": TRANSFERS,
    "agent calls": AGENT_CALLS,
    "consultations": CONSULTATIONS,
    "star codes": STAR_CODES,
}
