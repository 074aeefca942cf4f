"""A greeting is what is heard of an answer: when voices begin and end; from that alone a decision is made, once.

    answer                                                      decide_within: unsure
      │   initial_silence: silence                                       │
      ├──────────────────────────┤                                       │
      │        ┌─────────┐                                               │
      │        │  hello  │ between_words: person                         │
      │        └─────────┘◄──────┤                                       │
      │        ┌──────────────────────────────────────────────           │
      │        │  this is the mailbox of …  greeting: machine            │
      │        └──────────────────────────┤                              │

`due` says what will be decided, and when, if nothing more is heard: so time alone decides, and nothing is ever asked
twice. A decision stands, whatever is heard after it.
"""

import msgspec

from calls.events import VOICE_QUIET_S
from calls.ids import Instant, Seconds
from dialer.answering_machines.settings import Detection, Found

EARLY_S: Seconds = 2.0
"""Before the answer: who speaks for so long, with pauses as speech has them, greets."""
EARLY_WORDS = 3
EARLY_PAUSE_S: Seconds = 1.5
"""The longest pause of speech. A ringing tone has pauses of two to four seconds (ITU-T E.180, Supplement 2)."""
EARLY_VOICE_S: Seconds = 5.0
"""Speech that goes on for longer without a pause is music, which many subscribers have in place of a ringing tone."""
EARLY_BEFORE_S: Seconds = 3.0
"""What ended so long before the answer has nothing to do with it."""
LATE_S: Seconds = VOICE_QUIET_S + 0.05
"""Of a voice that seems to go on, the end may be told so late: only then is it known to be longer than a person's."""
KEPT = 60
"""Voices that are remembered of one call."""
_CERTAINTY: dict[Found, int] = {"person": 0, "machine": 1, "silence": 2, "unsure": 3}
"""Of two that are due at one instant the first one counts."""

Voice = tuple[Instant, Instant]
"""When a voice began and ended."""


class Greeting(msgspec.Struct):
    """The voices of one answer, and what it was taken for. Instants are those of the caller of the methods."""

    answered_at: Instant | None = None
    began_at: Instant | None = None
    """Of a voice that goes on."""
    voices: list[Voice] = msgspec.field(default_factory=list)
    """Those that have ended and were no clicks, in order."""
    found: Found | None = None
    found_at: Instant = 0.0

    # what is heard

    def answered(self, detection: Detection, now: Instant) -> Found | None:
        """The call is answered. This and what follows give the decision when it is made, and once."""
        if self.answered_at is None:
            self.answered_at = now
        return self.look(detection, now)

    def voice_began(self, detection: Detection, now: Instant) -> Found | None:
        """Something is heard."""
        found = self.look(detection, now)
        if self.began_at is None:
            self.began_at = now
        return found or self.look(detection, now)

    def voice_ended(self, detection: Detection, now: Instant, lasted_s: Seconds, quiet_s: Seconds) -> Found | None:
        """It has been heard no more for `quiet_s`, and was for `lasted_s` until then."""
        self.began_at = None
        if lasted_s >= detection.shortest_word_s:
            ended_at = now - quiet_s
            self.voices.append((ended_at - lasted_s, ended_at))
            del self.voices[:-KEPT]
        return self.look(detection, now)

    def look(self, detection: Detection, now: Instant) -> Found | None:
        """Decide what is due by now; None where nothing is, or all was decided before."""
        due = self.due(detection)
        if self.found is not None or due is None or due[0] > now:
            return None
        self.found, self.found_at = due[1], now
        return self.found

    # what it comes to

    def due(self, detection: Detection) -> tuple[Instant, Found] | None:
        """The decision if nothing more is heard, and when; None before the answer, and after the decision."""
        if self.answered_at is None or self.found is not None:
            return None
        found: list[tuple[Instant, Found]] = [(self.answered_at + detection.decide_within_s, "unsure")]
        words = self._words(detection)
        if self.began_at is not None:
            since = max(self.began_at, self.answered_at)
            begun = words[0][0] if words else since
            too_long_at = max(begun + detection.greeting_s, since + detection.shortest_word_s)
            found.append((too_long_at + LATE_S, "machine"))
        elif words:
            begun, ended = words[0][0], words[-1][1]
            if ended - begun >= detection.greeting_s:
                found.append((ended, "machine"))
            found.append((ended + detection.between_words_s, "person"))
        else:
            found.append((self.answered_at + detection.initial_silence_s, "silence"))
        at, first = min(found, key=lambda one: (one[0], _CERTAINTY[one[1]]))
        if first in _AFTER_EARLY[detection.before_answer] and self.is_early():
            first = "machine"
        return at, first

    def is_early(self) -> bool:
        """Whether a greeting was heard before the answer: speech with its pauses, no ringing tone, no music."""
        if self.answered_at is None:
            return False
        before = [(begun, min(ended, self.answered_at)) for begun, ended in self.voices if begun < self.answered_at]
        if self.began_at is not None and self.began_at < self.answered_at:
            before.append((self.began_at, self.answered_at))
        speech: list[Voice] = []
        for begun, ended in reversed(before):
            next_begun = speech[-1][0] if speech else self.answered_at
            if next_begun - ended > (EARLY_PAUSE_S if speech else EARLY_BEFORE_S) or ended - begun > EARLY_VOICE_S:
                break
            speech.append((begun, ended))
        lasted_s = speech[0][1] - speech[-1][0] if speech else 0.0
        return len(speech) >= EARLY_WORDS and lasted_s >= EARLY_S

    def greeted_until(self, detection: Detection) -> Instant | None:
        """When the last word ended; None where there was none, or where one goes on."""
        words = self._words(detection)
        return words[-1][1] if words and self.began_at is None else None

    def first_word_at(self, detection: Detection) -> Instant | None:
        """When the first word after the answer began; None where there was none."""
        words = self._words(detection)
        return words[0][0] if words else None

    def over_at(self, detection: Detection) -> Instant | None:
        """When a machine's greeting is over, if nothing more is heard; None while it speaks."""
        if self.answered_at is None or self.began_at is not None:
            return None
        last = self.voices[-1][1] if self.voices else self.answered_at
        return max(last, self.answered_at) + detection.greeting_over_s

    def _words(self, detection: Detection) -> list[Voice]:
        """Voices since the answer; of one that had begun before, the part after it."""
        since = self.answered_at
        if since is None:
            return []
        clipped = [(max(begun, since), ended) for begun, ended in self.voices if ended > since]
        return [one for one in clipped if one[1] - one[0] >= detection.shortest_word_s]


_AFTER_EARLY: dict[str, frozenset[Found]] = {
    "ignored": frozenset(),
    "silence": frozenset({"silence"}),
    "counts": frozenset({"silence", "person", "unsure"}),
}
"""By the setting, what a greeting before the answer makes a machine of."""
