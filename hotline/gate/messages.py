"""Messages between the gate's proxy and its decider: a line of words each; `gate/kamailio.cfg` says and reads the same.

Every value of a SIP message comes in hexadecimal, behind one letter that says what it is: nothing that somebody outside
writes into an INVITE can end a word or begin another message.
"""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["allow", "deny", "unable"]


class NotAMessage(ValueError):
    """A message that the gate's own configuration never sends."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An INVITE that waits for its answer. `index` and `label` name its transaction; the rest is as it came."""

    index: int
    label: int
    source: str
    number: str
    caller_id: str
    call: str
    scene: str = ""
    person: str = ""
    account: str = ""
    campaign: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """A call that passed was answered. `call` is its Call-ID."""

    call: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A call that passed was not answered: the last SIP status, and its words."""

    call: str
    status: int
    words: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A call that was answered is over."""

    call: str


@dataclass(frozen=True, slots=True)
class Welcome:
    """The secret was right."""


_WORDS = {
    "n": "number",
    "f": "caller_id",
    "c": "call",
    "s": "scene",
    "p": "person",
    "a": "account",
    "m": "campaign",
    "g": "agent",
    "t": "words",
}


def read(message: bytes) -> Asked | Answered | Failed | Ended | Welcome:
    """What the proxy says. Raises NotAMessage."""
    try:
        word, *rest = message.decode("ascii").split(" ")
        match word:
            case "ask":
                index, label, source, *values = rest
                return Asked(int(index), int(label), source, **_values(values))
            case "answered":
                return Answered(**_values(rest))
            case "failed":
                call, status, *words = rest
                return Failed(status=int(status), **_values([call, *words]))
            case "ended":
                return Ended(**_values(rest))
            case "welcome":
                return Welcome()
    except (ValueError, TypeError, KeyError) as error:
        raise NotAMessage(f"{message[:40]!r}: {error}") from error
    raise NotAMessage(f"{message[:40]!r}")


def secret(value: str) -> bytes:
    """The decider's first message."""
    return f"secret {value}".encode()


PING = b"ping"
"""Said each half second: two seconds without one, and nothing passes."""


def answer(asked: Asked, verdict: Verdict, rule: str = "", policy: str = "") -> bytes:
    """The answer to a question. `rule` and `policy` stand in the refusal's Reason: words without blanks or quotes."""
    return " ".join([verdict, str(asked.index), str(asked.label), _word(rule), _word(policy)]).encode()


def _values(words: list[str]) -> dict[str, str]:
    return {_WORDS[word[:1]]: bytes.fromhex(word[1:]).decode("utf-8", "replace") for word in words}


def _word(text: str) -> str:
    kept = "".join(sign for sign in text if sign.isascii() and (sign.isalnum() or sign in "._-"))
    return kept or "-"
