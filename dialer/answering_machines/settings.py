"""The settings of answering-machine detection, as campaigns have them once read: all durations in seconds."""

from typing import Literal

import msgspec

from calls.ids import Seconds

Found = Literal["person", "machine", "silence", "unsure"]
"""What answered. `silence`: nobody says anything, which is no person, and no machine that would have spoken."""


class Detection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answering-machine detection of a campaign; off unless it asks for it.

    The times are those of amd.conf of Asterisk (silence after a greeting 0.8 s, at the beginning 2.5 s, in all 5 s),
    but for the greeting, 1.5 s there: many people greet for longer. `hotline bench amd` has what that does.
    """

    on: bool = False
    greeting_s: Seconds = 2.5
    """The longest greeting of a person, its short pauses included: who speaks on is a machine."""
    between_words_s: Seconds = 0.8
    """A shorter pause is one within the greeting; a pause of so long ends it, and it was a person's."""
    initial_silence_s: Seconds = 2.5
    """Nothing was said for so long after the answer: silence."""
    decide_within_s: Seconds = 5.0
    """From the answer on; what is not known by then is unsure."""
    shortest_word_s: Seconds = 0.1
    """A shorter sound is a click, and nobody's word."""
    unsure: Literal["person", "machine"] = "person"
    silence: Literal["hang_up", "machine", "person"] = "hang_up"
    """How silence is treated. It counts as `silence` all the same, and as no person's answer unless it is one here."""
    before_answer: Literal["silence", "counts", "ignored"] = "silence"
    """A greeting that was heard before the answer. `silence`: it makes a machine of silence after it; `counts`: of
    a short greeting, too, as of the beep of a mailbox whose network spoke before; `ignored`: of nothing."""
    leave_message: str = ""
    """The phrase that a machine hears after its greeting; empty: it is hung up."""
    leave_flow: str = ""
    """Instead of a phrase, the flow that speaks then."""
    greeting_over_s: Seconds = 1.5
    """Silence of so long after a machine has spoken, or its beep has sounded, is the end of its greeting."""
    longest_greeting_s: Seconds = 60.0
    """Counted from the answer; a machine that has not come to an end by then is hung up."""
    patience_from: Literal["greeting", "answer"] = "greeting"
    """From when a person's two seconds count: the end of their greeting (16 CFR 310.4(b)(4)(iii), "the called person's
    completed greeting"; of who has said nothing, the decision) or the answer (Ofcom 2010, "after the telephone has been
    picked up")."""
    false_positives: float = 0.08
    """The share of calls taken for machines, or for silence, that are people, as the site measured it; the default is
    what `hotline bench amd` finds of made-up answers."""
    called_back_s: Seconds = 60.0
    """A number that calls the house so soon after it was taken for a machine was a person's."""

    @property
    def leaves(self) -> bool:
        """Whether a machine hears something."""
        return bool(self.leave_message or self.leave_flow)
