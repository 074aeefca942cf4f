"""The treatment of a queue's callers: the words in queues.yaml beside those of the queues core.

care:
  record: true
  whisper: whisper                # the phrase that the agent hears first
  announce: {first_s: 30, every_s: 60, position: limit 5, wait: true, only_if_improved: false}
  alert_s: [720, 1800]            # waits that are told to the operator
"""

from typing import Annotated, Literal

import msgspec

from calls.number_kinds import Kind

_Span = Annotated[float, msgspec.Meta(ge=5.0)]


class Announce(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Announcements to a caller who waits: `first_s` after entry, and every `every_s` from then on.

    `position`: `yes`; `no`; `limit 5`, from the fifth place on; `more 5`, and "more than five" to those further behind.
    """

    first_s: _Span = 30.0
    every_s: _Span = 60.0
    position: Annotated[str, msgspec.Meta(pattern="^(yes|no|(limit|more) [1-9][0-9]*)$")] = "yes"
    wait: bool = True
    only_if_improved: bool = False

    @property
    def limit(self) -> int | None:
        """The N of `limit N` and `more N`."""
        _, _, number = self.position.partition(" ")
        return int(number) if number else None


def phrases_of_announcements(announce: Announce) -> list[tuple[str, set[str]]]:
    """The phrases of prompts/ that these announcements need, each with the places that are filled in it."""
    phrases: list[tuple[str, set[str]]] = []
    if announce.position != "no":
        phrases += [("queue_next", set()), ("queue_position", {"position"}), ("queue_again", {"position"})]
    if announce.position.startswith("more"):
        phrases.append(("queue_more", {"limit"}))
    if announce.wait:
        phrases += [("wait_less_than", {"low", "high"}), ("wait_between", {"low", "high"}), ("wait_more_than", {"low"})]
    return phrases


class CallbackRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Callbacks of a queue: for callers who gave up waiting on the line, and not their place."""

    hours: str = ""
    """Of hours.yaml: nobody is called outside of them. Empty: at any time."""
    expires_s: Annotated[float, msgspec.Meta(ge=10.0)] = 7200.0
    tries: Annotated[int, msgspec.Meta(ge=1, le=9)] = 3
    retry_s: Annotated[float, msgspec.Meta(ge=5.0)] = 300.0
    ring_s: Annotated[float, msgspec.Meta(ge=5.0, le=30.0)] = 25.0
    confirm_s: Annotated[float, msgspec.Meta(ge=3.0, le=15.0)] = 10.0
    """How long an agent has, after the whisper, to press 1."""
    whisper: str = "whisper_callback"
    countries: tuple[str, ...] = ()
    """ISO 3166: the countries whose numbers may be called (`001`: satellites and networks of no country). Empty: the
    site's own."""
    kinds: tuple[Kind, ...] = ("mobile", "fixed", "voip")
    """Kinds of numbers that may be called. The house's own numbers never are."""
    scene: str = ""
    """The scene of these callbacks, of the channel `callback`. A site with scenes needs it."""


def phrases_of_callbacks(rules: CallbackRules) -> list[tuple[str, set[str]]]:
    """As `phrases_of_announcements`, for callbacks."""
    return [(rules.whisper, {"queue", "reason"})] if rules.whisper else []


class QueueDisposition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One word by which an agent says what came of a queue's talk."""

    title: str = ""
    code: str = ""
    """The digits by which a phone says it, behind the star code for dispositions."""


class QueueTreatment(msgspec.Struct, frozen=True):
    """All that is done for the callers of one queue, beside finding them an agent."""

    record: bool = False
    whisper: str = "whisper"
    """The phrase that the agent hears first; empty: none."""
    announce: Announce | None = None
    """None: music, and nothing said."""
    callback: CallbackRules | None = None
    """None: no callbacks."""
    on_closure: Literal["leave", "announce", "stay"] = "leave"
    """What becomes of callers who wait when the queue is closed (`hotline overrides close`): they go the way of
    `closed` of their flow, are told (`queue_closed`) and wait on, or just wait on."""
    alert_s: tuple[Annotated[float, msgspec.Meta(gt=0.0)], ...] = (720.0, 1800.0)
    """Waits after which the operator is told, in rising order."""
    record_hold: bool = True
    """A recording goes on while the agent has the caller on hold; the music that the caller hears is not in it."""
    hold_alert_s: Annotated[float, msgspec.Meta(ge=0.0)] = 180.0
    """A hold after which supervisors are told; 0: never. The switch ends a call on hold by its own time-out."""
    dispositions: dict[str, QueueDisposition] = {}
    """What agents may say of their talks, by name; empty: nothing is asked."""
    disposition_required: bool = False
    """After-call work lasts until the agent has said one, and at most `wrap_up_s`."""
