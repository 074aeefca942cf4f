"""Greetings, made by chance and labelled: when somebody who answers begins and ends each word, before the answer, too.

What is published is little. The limits by which others tell people from machines are (amd.conf of Asterisk: a person
greets for at most 1.5 s and three words, is quiet for 0.8 s then, and begins within 2.5 s), and so are the cadences of
ringing tones (ITU-T E.180, Supplement 2). The spreads around them, the kinds and how often each comes are **ours**,
made up and not measured: they compare rules with each other, and tell a site nothing of its own callees.
"""

from collections.abc import Callable, Iterator
from typing import Literal

import msgspec
import numpy as np

from calls.ids import Seconds
from sim.chance import Streams

Who = Literal["person", "machine", "nobody"]
"""`nobody`: a line on which nothing is said, and nobody is."""
Word = tuple[Seconds, Seconds]


class Answer(msgspec.Struct, frozen=True):
    """One call that is answered at 0. `words`: when each begins and ends; those before the answer are negative."""

    kind: str
    who: Who
    words: tuple[Word, ...]


Chance = np.random.Generator


def _phrase(chance: Chance, begins_at: Seconds, lasts_s: Seconds) -> list[Word]:
    """Words of 0.15 to 0.5 s, with gaps as short as they are inside of a phrase."""
    words, at = [], begins_at
    while at < begins_at + lasts_s - 0.1:
        length = float(chance.uniform(0.15, 0.5))
        words.append((at, min(at + length, begins_at + lasts_s)))
        at = words[-1][1] + float(chance.uniform(0.03, 0.12))
    return words


def _phrases(chance: Chance, begins_at: Seconds, lasts_s: Seconds) -> list[Word]:
    """Speech that goes on: phrases of about two seconds, pauses of 0.2 to 0.6 s."""
    words, at = [], begins_at
    while at < begins_at + lasts_s:
        length = float(np.clip(chance.lognormal(0.6, 0.5), 0.6, 5.0))
        words += _phrase(chance, at, min(length, begins_at + lasts_s - at))
        at += length + float(chance.uniform(0.2, 0.6))
    return [word for word in words if word[1] - word[0] > 0.02]


def _start(chance: Chance, median_s: Seconds, sigma: float = 0.5) -> Seconds:
    return float(chance.lognormal(np.log(median_s), sigma))


def _hello(chance: Chance) -> list[Word]:
    at = _start(chance, 0.5)
    return [(at, at + float(np.clip(chance.lognormal(np.log(0.45), 0.3), 0.2, 1.0)))]


def _name(chance: Chance) -> list[Word]:
    return _phrase(chance, _start(chance, 0.5), float(chance.uniform(0.7, 1.5)))


def _firm(chance: Chance) -> list[Word]:
    """Good morning, Miller and sons, Ann speaking."""
    return _phrases(chance, _start(chance, 0.4), float(chance.uniform(1.3, 2.8)))


def _twice(chance: Chance) -> list[Word]:
    first = _hello(chance)
    again = first[-1][1] + float(chance.uniform(0.8, 1.5))
    return [*first, (again, again + float(chance.uniform(0.25, 0.6)))]


def _late(chance: Chance) -> list[Word]:
    at = float(chance.uniform(1.4, 2.6))
    return [(at, at + float(chance.uniform(0.25, 0.7)))]


def _street(chance: Chance) -> list[Word]:
    """A loud street: every gap is filled."""
    return [(0.0, 12.0)]


def _after_music(chance: Chance) -> list[Word]:
    """A subscriber's music in place of the ringing tone, up to the answer."""
    return [(-float(chance.uniform(5.0, 20.0)), float(chance.uniform(0.0, 0.06))), *_hello(chance)]


def _after_tone(chance: Chance) -> list[Word]:
    """The ringing tone of China: one second in five."""
    first = -float(chance.uniform(5.0, 25.0))
    return [(at, min(at + 1.0, 0.03)) for at in np.arange(first, 0.0, 5.0).tolist()] + _hello(chance)


def _after_notice(chance: Chance) -> list[Word]:
    """The network says that the other one is on the phone, and please to wait; then they answer."""
    said = [(begun - 12.0, ended - 12.0) for begun, ended in _phrases(chance, 0.0, 11.0)]
    return [word for word in said if word[1] <= 0.0] + _hello(chance)


def _says_nothing(chance: Chance) -> list[Word]:
    return []


def _mailbox(chance: Chance) -> list[Word]:
    begins_at = _start(chance, 0.4)
    lasts_s = float(np.clip(chance.lognormal(np.log(7.0), 0.5), 3.0, 25.0))
    return [*_phrases(chance, begins_at, lasts_s), _beep(chance, begins_at + lasts_s + 0.8)]


def _short_mailbox(chance: Chance) -> list[Word]:
    begins_at, lasts_s = _start(chance, 0.4), float(chance.uniform(1.2, 2.6))
    return [*_phrases(chance, begins_at, lasts_s), _beep(chance, begins_at + lasts_s + 0.6)]


def _old_machine(chance: Chance) -> list[Word]:
    """A tape that starts slowly."""
    begins_at = float(chance.uniform(1.0, 2.2))
    return [*_phrases(chance, begins_at, float(chance.uniform(4.0, 12.0)))]


def _hello_mailbox(chance: Chance) -> list[Word]:
    """Hello. This is the machine of …: the pause of a person, and a machine after it."""
    first = _hello(chance)
    return [*first, *_phrases(chance, first[-1][1] + float(chance.uniform(0.4, 1.0)), float(chance.uniform(4.0, 10.0)))]


def _spoke_before(chance: Chance) -> list[Word]:
    """The network's mailbox speaks before it answers, and beeps then."""
    lasts_s = float(chance.uniform(4.0, 9.0))
    said = [(begun - lasts_s - 0.5, ended - lasts_s - 0.5) for begun, ended in _phrases(chance, 0.0, lasts_s)]
    return [*said, _beep(chance, 0.2)]


def _spoke_before_without_beep(chance: Chance) -> list[Word]:
    return _spoke_before(chance)[:-1]


def _beep(chance: Chance, at: Seconds) -> Word:
    return (at, at + float(chance.uniform(0.25, 0.6)))


KINDS: dict[str, tuple[Who, float, Callable[[Chance], list[Word]]]] = {
    "hello": ("person", 30, _hello),
    "hello and a name": ("person", 8, _name),
    "a firm's greeting": ("person", 4, _firm),
    "hello, hello": ("person", 5, _twice),
    "late": ("person", 2, _late),
    "in a street": ("person", 1, _street),
    "after music": ("person", 4, _after_music),
    "after a ringing tone": ("person", 8, _after_tone),
    "after the network's words": ("person", 1, _after_notice),
    "waits for us to speak": ("person", 1, _says_nothing),
    "mailbox": ("machine", 24, _mailbox),
    "short mailbox": ("machine", 4, _short_mailbox),
    "old machine": ("machine", 3, _old_machine),
    "hello, then a mailbox": ("machine", 2, _hello_mailbox),
    "spoke before the answer, beeps": ("machine", 1, _spoke_before),
    "spoke before the answer": ("machine", 1, _spoke_before_without_beep),
    "dead line": ("nobody", 1, _says_nothing),
}
"""Who it is, how often of a hundred answers, and how it sounds."""


def answers(count: int, seed: int) -> Iterator[Answer]:
    """So many answers, of each kind as often as it comes; the same ones each time."""
    streams = Streams(seed)
    shares = np.array([share for _, share, _ in KINDS.values()], float)
    drawn = streams.of("kinds").choice(len(KINDS), count, p=shares / shares.sum())
    chances = {kind: streams.of(kind) for kind in KINDS}
    names = tuple(KINDS)
    for one in drawn:
        kind = names[int(one)]
        who, _, words = KINDS[kind]
        yield Answer(kind, who, tuple(words(chances[kind])))
