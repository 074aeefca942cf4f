"""The ladder of a call: self-service, the robot, a person; why it left each rung, and what the robot heard there.

Self-service is keys and announcements. The robot begins with the first words that a caller says to an `understand`
step. A person begins with the first wait for one. `after` is what follows a talk: a survey, a goodbye. The trail that a
person gets says what the caller said, masked as logs are: neither a snapshot nor a screen has it otherwise.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from calls.ids import Instant, Seconds
from calls.transitions import Transitions
from calls.words import masked_words

Rung = Literal["self_service", "robot", "person", "after", "over"]
RungEvent = Literal[
    "spoke",  # the caller said something to an `understand` step
    "keyed",  # a key in place of words
    "not_understood",  # no tries are left
    "silent",
    "asked_for",  # a way to people that no words led to: a key, a menu's end, closed self-service
    "understood",  # what the caller wants is done by people
    "complained",  # a word of complaint
    "served",  # the talk is over, and the flow has the caller again
    "turned_away",  # nobody there, too long a wait, a closed queue
    "way_out",  # a key in the queue, or a message
    "talked",  # the call ended in a talk, or with it
    "gave_up",  # hung up while waiting
    "left",  # hung up in a menu
    "finished",  # the flow came to its end
    "lost",  # by the switch
]

_ENDS: dict[RungEvent, Rung] = {"left": "over", "finished": "over", "lost": "over"}

LADDER: Transitions[Rung, RungEvent] = Transitions(
    "ladder",
    {
        "self_service": {"spoke": "robot", "asked_for": "person", **_ENDS},
        "robot": {
            "spoke": "robot",
            "keyed": "self_service",
            "not_understood": "self_service",
            "silent": "self_service",
            "understood": "person",
            "complained": "person",
            "asked_for": "person",
            **_ENDS,
        },
        "person": {
            "served": "after",
            "spoke": "robot",
            "turned_away": "self_service",
            "way_out": "self_service",
            "talked": "over",
            "gave_up": "over",
            **_ENDS,
        },
        "after": {"spoke": "robot", "asked_for": "person", **_ENDS},
    },
    {"person": {"asked_for": "one queue after another is one wait"}},
)

TURNS = 12
"""Turns of the robot that are kept of a call, the newest."""

_OF_THE_ROBOT: dict[str, RungEvent] = {"wrong": "not_understood", "no_input": "silent"}
_OF_PEOPLE: dict[str, RungEvent] = {
    "served": "served",
    "talked": "served",
    "handed_on": "served",
    "no_agents": "turned_away",
    "timed_out": "turned_away",
    "full": "turned_away",
    "failed": "turned_away",
    "closed": "turned_away",
    "busy": "turned_away",
    "no_answer": "turned_away",
}
_KEY = re.compile(r"[0-9*#]+")
_HEAD = re.compile(r"[^;:,]*")
_ENDED = ("caller_left", "left", "time_limit", "hung_up")


class Turn(msgspec.Struct):
    """What a caller said to the robot, and what came of it. `said` is masked."""

    at: Instant
    said: str
    came_of: str
    intent: str = ""
    second: str = ""
    score: float = 0.0
    margin: float = 0.0
    reviewed: str = ""
    """What a person at a silent seat made of it: approved, edited, declined, lapsed; empty: nobody was asked."""


class Rest(msgspec.Struct):
    """A rung that the call has left: from when to when, and why."""

    rung: Rung
    began_at: Instant
    ended_at: Instant
    because: RungEvent


class Ladder(msgspec.Struct):
    """Where a call is on the ladder, and where it was. Instants are monotonic; `since` 0: from the call's arrival."""

    rung: Rung = "self_service"
    since: Instant = 0.0
    word: Literal["", "understood", "complained"] = ""
    """What the robot's last step ended with: why a person is next, if one is."""
    left: list[Rest] = msgspec.field(default_factory=list)
    rows: int = 0
    """Rungs that were written down."""
    turns: list[Turn] = msgspec.field(default_factory=list)
    slots: dict[str, str] = msgspec.field(default_factory=dict)
    """Values that the robot has taken, masked."""
    to_person_s: Seconds | None = None
    """From the call's arrival until it first waited for a person."""

    @property
    def because(self) -> str:
        """Why the call left the rung before; empty on the first."""
        return self.left[-1].because if self.left else ""

    def on(self, event: RungEvent, now: Instant, arrived_at: Instant) -> Rest | None:
        """Take an event. The rung that was left, if one was; neither `after` nor self-service that was only passed by.

        Raises BrokenRule where the table has nothing.
        """
        to = LADDER.after(self.rung, event)
        if to is None or to == self.rung:
            return None
        since = self.since or arrived_at
        rest = Rest(self.rung, since, now, event)
        self.rung, self.since, self.word = to, now, ""
        if to == "person" and self.to_person_s is None:
            self.to_person_s = now - arrived_at
        passed_by = rest.rung == "self_service" and rest.ended_at <= rest.began_at and to != "over"
        if rest.rung == "after" or passed_by:
            return None
        self.left.append(rest)
        del self.left[:-TURNS]
        self.rows += 1
        return rest

    def stepped(self, kind: str, outcome: str, now: Instant, arrived_at: Instant) -> Rest | None:
        """Take the end of a step of the flow."""
        if kind not in ("understand", "queue", "transfer"):
            return None
        head = _HEAD.match(outcome)
        word = head[0].strip() if head is not None else ""
        if word in _ENDED:
            return None  # the end of the call says what became of it
        if kind == "understand" and self.rung == "robot":
            if word.startswith("understood"):
                self.word = "understood"
                return None
            if word == "complaint":
                self.word = "complained"
                return None
            return self.on(
                "keyed" if _KEY.fullmatch(word) else _OF_THE_ROBOT.get(word, "not_understood"), now, arrived_at
            )
        if kind in ("queue", "transfer") and self.rung == "person":
            return self.on(_OF_PEOPLE.get(word, "way_out"), now, arrived_at)
        return None

    def to_person(self, now: Instant, arrived_at: Instant) -> Rest | None:
        """The caller begins to wait for a person."""
        return self.on(self.word if self.rung == "robot" and self.word else "asked_for", now, arrived_at)

    def ended(self, outcome: str, talks: int, now: Instant, arrived_at: Instant) -> Rest | None:
        """The call is over, with `outcome` as the call log has it, after so many talks."""
        if self.rung == "over":
            return None
        if outcome == "lost":
            return self.on("lost", now, arrived_at)
        if self.rung == "person":
            if talks:
                return self.on("talked", now, arrived_at)
            return self.on("gave_up" if outcome == "abandoned" else "finished", now, arrived_at)
        return self.on("left" if outcome in ("left_in_menu", "abandoned") else "finished", now, arrived_at)

    def heard(self, turn: Turn, region: str) -> None:
        """Keep a turn, masked."""
        turn.said = masked_words(turn.said, region)
        self.turns.append(turn)
        del self.turns[:-TURNS]

    def knows(self, values: dict[str, str], region: str) -> None:
        """Keep the values that are known now, masked; a day is none that could be somebody's."""
        self.slots = {
            name: masked_words(value, region) if value.isdecimal() else value for name, value in values.items()
        }

    def reviewed(self, word: str) -> None:
        """A person has looked at what came of the last turn."""
        if self.turns:
            self.turns[-1].reviewed = word
