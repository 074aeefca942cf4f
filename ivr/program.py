"""Program: a compiled version of dialplans/ and prompts/, all that the flow machine needs, as plain data.

`encode(program)` is one file for the store; `decode` reads it back without looking at YAML, CEL or rules again, so a
controller starts on a large site in well under a second.
"""

import msgspec

from calls.ids import Seconds
from calls.numbers import REGION, e164
from dsl.hours import Hours
from ivr.answers import Answer as BookedAnswer
from ivr.override_rules import OverrideRules
from ivr.steps import AnyStep
from understanding.intents import IntentBook


class Flow(msgspec.Struct, frozen=True, array_like=True):
    """One file of dialplans/flows. `variables` are all names that it can set: nothing (null) until it does."""

    start: str
    steps: dict[str, AnyStep]
    takes: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()


class Limits(msgspec.Struct, frozen=True, array_like=True):
    """Caps of any call: steps walked, seconds since it began (talks with agents count), flows below each other."""

    steps: int = 500
    call_s: Seconds = 7200.0
    depth: int = 10


class Program(msgspec.Struct, frozen=True, array_like=True):
    """A version. Texts of `phrases` and sounds of `clips` are by language, then key; the first language is the site's.

    `clips` is filled at publish: absolute paths without ending. A static phrase without a clip is said as a sentence.
    """

    version: str
    languages: tuple[str, ...]
    flows: dict[str, Flow]
    entries: dict[str, str] = {}
    hours: dict[str, Hours] = {}
    phrases: dict[str, dict[str, str]] = {}
    clips: dict[str, dict[str, str]] = {}
    limits: Limits = Limits()
    region: str = REGION
    """ISO 3166: how numbers without a country code are read. Versions of before this field were read as Chinese."""
    zone: str = "UTC"
    """IANA: whose day and clock the house keeps. Versions of before this field kept UTC's."""

    overrides: OverrideRules = OverrideRules()
    intents: IntentBook = IntentBook()
    """None in versions of before them."""
    answers: dict[str, BookedAnswer] = {}
    """By the intent whose question each answers; none in versions of before them."""

    def entry(self, called: str) -> str | None:
        """Flow that answers `called`, as the switch gave it; None: none answers this number."""
        return self.entries.get(self.line(called))

    def line(self, called: str) -> str:
        """The entry that `called` comes under: its number in full, or `default`; empty for none."""
        for number in (called, e164(called, self.region), "default"):
            if number in self.entries:
                return number
        return ""

    def with_clips(self, version: str, clips: dict[str, dict[str, str]]) -> "Program":
        """Copy of the program as version `version`, with the sounds that publish built."""
        return msgspec.structs.replace(self, version=version, clips=clips)


_ENCODER = msgspec.msgpack.Encoder(decimal_format="string")
_DECODER = msgspec.msgpack.Decoder(Program)


def encode(program: Program) -> bytes:
    """Encode the whole version as one piece (MessagePack)."""
    return _ENCODER.encode(program)


def decode(data: bytes) -> Program:
    """Decode a version. Raises msgspec.DecodeError for what is no program of this release: publish the YAML again."""
    return _DECODER.decode(data)
