"""Greetings of the demonstration's people, and of their machines: what is heard of who answers, in real speech.

A person says hello and is quiet until somebody speaks; a mailbox speaks on, with the pauses that sentences have, and
beeps. So answering-machine detection has what it hears elsewhere, too.
"""

from collections.abc import Sequence

import numpy as np

from phones.audio import RATE_HZ, Clip, tone

HELLOS = ("喂，您好。", "喂？", "你好，哪位？", "Hello?")
MAILBOXES = (
    ("您好，您拨打的用户暂时无法接听。", "请在提示音后留言，结束后请挂机。"),
    ("Hello, you have reached the mailbox of this number.", "Please leave a message after the tone."),
)
"""Each a row of sentences."""
_PICKED_UP_S = 0.4
_HELLO_QUIET_S = 2.0
_SENTENCE_QUIET_S = 0.45
_BEFORE_BEEP_S = 0.7
_BEEP_HZ, _BEEP_S = 1000, 0.5
_RECORDS_S = 30.0


def person(hello: Clip, says: Clip) -> Clip:
    """Somebody who picks up, says hello, waits for whoever calls, and says something then."""
    return _sound(silence(_PICKED_UP_S), hello, silence(_HELLO_QUIET_S), says)


def mailbox(sentences: Sequence[Clip]) -> Clip:
    """A machine: its sentences, a pause, the beep, and silence while it records."""
    parts = [part for sentence in sentences for part in (sentence, silence(_SENTENCE_QUIET_S))][:-1]
    return _sound(silence(_PICKED_UP_S), *parts, silence(_BEFORE_BEEP_S), tone(_BEEP_HZ, _BEEP_S), silence(_RECORDS_S))


def silence(lasts_s: float) -> Clip:
    """Nothing, for so long."""
    return Clip(np.zeros(max(1, round(lasts_s * RATE_HZ)), np.int16))


def _sound(*parts: Clip) -> Clip:
    return Clip(np.concatenate([part.samples for part in parts]))
