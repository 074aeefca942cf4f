"""Callers in virtual time: they listen, press keys, wait, lose patience, take what is offered, and hang up.

What they do follows from what they hear: each prompt of the flow is a question to the caller, who answers while it
plays or after, or says nothing and the flow's own time runs out. What is not heard is not answered.
"""

from collections.abc import Callable, Mapping
from functools import partial

from calls.commands import Play, Record
from calls.ids import CallId, LegId, Seconds
from ivr.checks import passes
from ivr.machine.session import Session
from ivr.program import Program as Flows
from ivr.steps import AnyStep, Collect, Listen, Menu, Queue, Survey
from ivr.vault import HIDDEN
from sim.chance import Columns
from sim.driver import FOREVER
from sim.house.routes import Routes, answers
from sim.house.scenario import Answered, Arrival, Group, HouseScenario
from sim.house.script import Script
from sim.house.words import Words
from switch.fake import Timeline, World
from switch.fake.timeline import Due

_MOST_QUESTIONS = 40
"""After so many a caller who goes round in a circle hangs up."""
_AT_THE_BEEP_S = 0.2
_DIGITS = "0123456789"
_ID_CARD = "11010519491231002*"
_CARD = "4539578763621486"
_CONFIRM, _END = "1", "#"
_SILENT = {"no_input": "silent", "caller_left": "hang_up", "time_limit": "silent"}
"""Ends of a step in which nothing was keyed at the end, and what the caller did."""


class Caller:
    """One caller: who, what they want, and what they are about to do."""

    __slots__ = (
        "_lookups",
        "arrival",
        "call",
        "doing",
        "group",
        "leg",
        "number",
        "offered",
        "patience",
        "reached",
        "script",
        "talks",
        "turn",
        "visits",
        "wants",
    )

    def __init__(self, number: int, arrival: Arrival, group: Group, wants: str, leg: LegId) -> None:
        self.number = number
        self.arrival = arrival
        self.group = group
        self.wants = wants
        self.leg = leg
        self.call = CallId(leg)
        self.turn = 0
        self.talks = 0
        self.reached = False
        """Whether they have got to what they want."""
        self.offered: set[str] = set()
        """Ways out of the queue that they have thought about."""
        self.visits: dict[tuple[str, str], tuple[int, int]] = {}
        """Of a real caller: by (flow, step) the visit that is on, and how many of its keys are pressed."""
        self._lookups: dict[str, int] = {}
        self.doing: Due | None = None
        self.patience: Due | None = None
        self.script = Script(group.script) if group.script else None

    def looked_up(self, address: str) -> Answered | None:
        """What the next lookup of this address really brought; None where it is not known."""
        found = self.arrival.looked_up.get(address, ())
        number = self._lookups.get(address, 0)
        self._lookups[address] = number + 1
        return found[number] if number < len(found) else None


class Callers:
    """All callers who are on the line, or wait to be called back. `sessions` tells where each is in the flows."""

    def __init__(
        self,
        flows: Flows,
        scenario: HouseScenario,
        columns: Columns,
        timeline: Timeline,
        world: World,
        sessions: Callable[[], Mapping[CallId, Session]],
        words: Words,
    ) -> None:
        self._flows = flows
        self._scenario = scenario
        self._columns = columns
        self._timeline = timeline
        self._world = world
        self._sessions = sessions
        self._words = words
        self._routes = Routes(flows)
        self.by_call: dict[CallId, Caller] = {}

    def dial(self, number: int, arrival: Arrival) -> CallId:
        """A call comes."""
        group = self._scenario.groups[arrival.group]
        wants = arrival.wants
        if not wants and group.wants:
            wants = self._chosen(dict(group.wants), self._columns.uniform("wants", 0, number))
        leg = self._world.dial(arrival.dials or group.dials, arrival.caller)
        caller = Caller(number, arrival, group, wants, leg)
        self.by_call[caller.call] = caller
        return caller.call

    def forget(self, call: CallId) -> None:
        """The call is over."""
        caller = self.by_call.pop(call, None)
        if caller is not None:
            self.left(caller)

    # what callers hear

    def hear(self, caller: Caller, play: Play, seconds: Seconds) -> None:
        """The flow says something to a caller on the line."""
        session = self._sessions().get(caller.call)
        if session is None:
            return
        frame = session.frame
        place = (frame.flow, frame.step)
        step = self._flows.flows[frame.flow].steps[frame.step]
        if caller.script is not None and not (caller.script.over and caller.doing is None):
            heard = {self._words.phrase(media) for media in play.media}
            caller.script.hear(heard, isinstance(step, Queue), bool(session.offered))
            if caller.doing is None:  # else the next keys are on their way, whatever is said meanwhile
                self._follow(caller, seconds)
            return
        self._stop(caller)
        if isinstance(step, Queue):
            self._offered(caller, session, step, seconds)
        elif isinstance(step, Menu | Listen | Collect | Survey):
            self._asked(caller, session, place, step, seconds)

    def wait(self, caller: Caller) -> None:
        """The caller waits for an agent from now on."""
        caller.reached = True
        if caller.patience is not None:
            return  # the same wait, in another queue
        patience_s = caller.arrival.patience_s
        if patience_s is None:
            purpose = f"patience {caller.group.name}"
            patience_s = self._columns.duration(purpose, caller.group.patience, caller.number)
        if patience_s < FOREVER:
            caller.patience = self._timeline.after(patience_s, partial(self._give_up, caller))

    def connected(self, caller: Caller) -> None:
        """Somebody is there, or the wait is over in another way."""
        if caller.patience is not None:
            caller.patience.cancel()
            caller.patience = None

    def left(self, caller: Caller) -> None:
        """The caller's line is gone; one who has booked a callback goes on without it."""
        self._stop(caller)
        self.connected(caller)

    def record(self, caller: Caller, command: Record) -> None:
        """The beep: a message, or nothing."""
        self._stop(caller)
        of, number = caller.group.manner.of, caller.number
        said_s = caller.script.message_s if caller.script is not None else None
        if said_s is None:
            if self._columns.uniform("leaves a message", 0, number) >= of.leaves_message:
                self._hang_up_after(caller, _AT_THE_BEEP_S)
                return
            said_s = self._columns.duration(f"message {caller.group.name}", caller.group.manner.message, number)
        world, leg = self._world, caller.leg
        world.speak(leg, "a message")

        def end() -> None:
            world.speak(leg, "")
            if command.end_on:
                world.press(leg, command.end_on[0])
            else:
                world.hang_up(leg)

        caller.doing = self._timeline.after(said_s, end)

    # what callers do

    def _asked(
        self,
        caller: Caller,
        session: Session,
        place: tuple[str, str],
        step: Menu | Listen | Collect | Survey,
        seconds: Seconds,
    ) -> None:
        manner, turn = caller.group.manner, caller.turn
        caller.turn += 1
        keyed = self._keyed(caller, session, place, step)
        if keyed is not None:
            self._do(caller, keyed, seconds, step)
            return
        if session.phase == "confirming" and isinstance(step, Collect) and step.confirm is not None:
            self._press_after(caller, seconds, step.confirm.yes, step.barge_in)
            return
        done = caller.reached and isinstance(step, Menu | Listen) and not self._is_at(caller.wants, place)
        if turn >= _MOST_QUESTIONS or (done and place not in self._scenario.keys):
            self._hang_up_after(caller, seconds * self._uniform(caller, "hang up", turn))
            return
        caller.reached = caller.reached or self._is_at(caller.wants, place)
        chance = self._uniform(caller, "slip", turn)
        of = manner.of
        mix = self._scenario.keys.get(place)
        if mix is not None:
            self._do(caller, self._chosen(dict(mix), chance), seconds, step)
        elif chance < of.leaves:
            self._do(caller, "hang_up", seconds, step)
        elif chance < of.leaves + of.silent:
            self._do(caller, "silent", seconds, step)
        elif chance < of.leaves + of.silent + of.wrong:
            self._do(caller, "wrong", seconds, step)
        else:
            self._do(caller, self._answer(caller, place, step), seconds, step)

    def _answer(self, caller: Caller, place: tuple[str, str], step: Menu | Listen | Collect | Survey) -> str:
        """The keys that lead where the caller wants to, or any that are there."""
        match step:
            case Collect():
                return self._digits(caller, step)
            case Survey():
                if self._uniform(caller, "survey", 0) >= caller.group.manner.of.survey:
                    return "hang_up"
                if step.answers:
                    keys = sorted(step.answers)
                    return keys[int(self._uniform(caller, "score", caller.turn) * len(keys))]
                score = step.least + int(self._uniform(caller, "score", 0) * (step.most - step.least + 1))
                return str(score)
            case _:
                key = self._routes.key(caller.wants, place) if caller.wants else None
                if key is not None:
                    return key
                keys = sorted(answers(step))
                return keys[int(self._uniform(caller, "key", caller.turn) * len(keys))] if keys else "silent"

    def _digits(self, caller: Caller, step: Collect) -> str:
        given = caller.group.manner.of.digits.get(step.into)
        if given is None:
            drawn = self._uniform(caller, "digits", caller.turn)
            given = f"{int(drawn * 10**12):012d}"[: max(step.least, min(step.most, 12))].ljust(step.least, "0")
            if step.check == "id_card":
                given = _ID_CARD
            elif step.check == "luhn" and not passes("luhn", given):
                given = _CARD
        return given if len(given) >= step.most else given + step.end_key

    def _offered(self, caller: Caller, session: Session, step: Queue, seconds: Seconds) -> None:
        """A prompt in the queue: an offer, or the dialogue that follows when it is taken."""
        of = caller.group.manner.of
        if session.dialogue == "confirming":
            self._press_after(caller, seconds, _CONFIRM, False)
        elif session.dialogue == "typing":
            self._press_after(caller, seconds, caller.arrival.caller.lstrip("+") + _END, False)
        elif session.offered and session.offered[-1] not in caller.offered:
            way = session.offered[-1]
            caller.offered.add(way)
            takes = of.takes_callback if way == "callback" else of.takes_message
            if self._uniform(caller, f"offered {way}", 0) < takes:
                self._press_after(caller, seconds, step.offers[way].key, False)

    def _follow(self, caller: Caller, seconds: Seconds) -> None:
        """Do what the script says next, a thought after what was heard."""
        script, caller.doing = caller.script, None
        assert script is not None
        act = script.next()
        if act is None:
            return
        verb, value = act
        after_s = seconds + self._think_s(caller, caller.turn)
        caller.turn += 1
        match verb:
            case "presses":
                caller.doing = self._timeline.after(after_s, partial(self._press, caller, str(value), True))
            case "waits":
                caller.doing = self._timeline.after(seconds + float(str(value)), partial(self._follow, caller, 0.0))
            case _:
                self._hang_up_after(caller, after_s)

    def _do(self, caller: Caller, what: str, seconds: Seconds, step: AnyStep) -> None:
        match what:
            case "hang_up":
                self._hang_up_after(caller, seconds * self._uniform(caller, "hang up", caller.turn))
            case "silent" | "":
                pass
            case "wrong":
                known = answers(step)
                used = {key[0] for key in known} | {"0"}
                wrong = next((digit for digit in reversed(_DIGITS) if digit not in used), "*")
                self._press_after(caller, seconds, wrong, _barge_in(step))
            case _:
                self._press_after(caller, seconds, what, _barge_in(step))

    def _press_after(self, caller: Caller, seconds: Seconds, keys: str, may_interrupt: bool) -> None:
        turn, of = caller.turn, caller.group.manner.of
        if may_interrupt and self._uniform(caller, "interrupts", turn) < of.barge_in:
            after_s = seconds * self._uniform(caller, "interrupts at", turn)
        else:
            after_s = seconds + self._think_s(caller, turn)
        caller.doing = self._timeline.after(after_s, partial(self._press, caller, keys, False))

    def _press(self, caller: Caller, keys: str, follow: bool) -> None:
        caller.doing = None
        self._world.press(caller.leg, keys[0])
        if len(keys) > 1:
            manner = caller.group.manner
            between_s = self._columns.duration(
                f"between keys {caller.group.name}", manner.between_keys, caller.number + len(keys)
            )
            caller.doing = self._timeline.after(between_s, partial(self._press, caller, keys[1:], follow))
        elif follow:
            self._follow(caller, 0.0)

    def _hang_up_after(self, caller: Caller, after_s: Seconds) -> None:
        caller.doing = self._timeline.after(after_s, partial(self._world.hang_up, caller.leg))

    def _give_up(self, caller: Caller) -> None:
        caller.patience = None
        self._world.hang_up(caller.leg)

    def _stop(self, caller: Caller) -> None:
        if caller.doing is not None:
            caller.doing.cancel()
            caller.doing = None

    # what is known of them

    def _keyed(self, caller: Caller, session: Session, place: tuple[str, str], step: AnyStep) -> str | None:
        """What this caller did here that day, where a day is lived again: keys, or a word of a mix; None where they did
        not come here that day."""
        visits = caller.arrival.keyed.get(place, ())
        number, pressed = caller.visits.get(place, (0, 0))
        while number < len(visits):
            keys, outcome = visits[number]
            if pressed < len(keys):
                some = _one_answer(step, session, keys[pressed:])
                caller.visits[place] = (number, pressed + len(some))
                if HIDDEN in some:
                    return self._digits(caller, step) if isinstance(step, Collect) else None
                return some
            if outcome in _SILENT or pressed == 0:
                caller.visits[place] = (number, pressed)
                return _SILENT.get(outcome, "silent")
            number, pressed = number + 1, 0
        return None

    def _is_at(self, goal: str, place: tuple[str, str]) -> bool:
        return bool(goal) and place in self._routes.places(goal)

    def _think_s(self, caller: Caller, turn: int) -> Seconds:
        manner = caller.group.manner
        return self._columns.duration(f"think {caller.group.name}", manner.think, caller.number * 31 + turn)

    def _uniform(self, caller: Caller, purpose: str, turn: int) -> float:
        return self._columns.uniform(purpose, turn, caller.number)

    @staticmethod
    def _chosen(mix: dict[str, float], chance: float) -> str:
        """The one at which the running sum passes `chance`; the last one where rounding leaves a rest."""
        for name, share in mix.items():
            chance -= share
            if chance < 0:
                return name
        return next(reversed(mix), "")


def _one_answer(step: AnyStep, session: Session, keys: str) -> str:
    """Of keys that were pressed in one visit, those that answer one prompt."""
    if isinstance(step, Collect) and session.phase != "confirming":
        end = keys.find(step.end_key) if step.end_key else -1
        return keys[: step.most] if end < 0 else keys[: min(step.most, end + 1)]
    known = sorted(answers(step), key=len, reverse=True)
    return next((key for key in known if keys.startswith(key)), keys[0])


def _barge_in(step: AnyStep) -> bool:
    return isinstance(step, Menu | Listen | Collect | Survey) and step.barge_in
