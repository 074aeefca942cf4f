"""Patterns of `matches`: ASCII by rule, bounded, and matched in linear time by the engine.

`\\d`, `\\w`, `\\s` and `\\b` mean ASCII: their Unicode forms cost up to 18 ms each time, and no telephone sends other
digits. Chinese text may stand in a pattern as it is. The engine is that of Rust, which never goes back: no pattern and
no text take exponential time.
"""

import importlib.util
import re
import sys
from functools import lru_cache
from importlib.machinery import PathFinder
from typing import Any

MAX_PATTERN = 200
MAX_SUBJECT = 1000
_MOST_REPEATS = 100
_ASCII = {"d": "0-9", "w": "0-9A-Za-z_", "s": " \\t\\n\\r\\f\\v"}
_REPEAT = re.compile(r"\{([0-9]*)(?:,([0-9]*))?\}")


class BadPattern(ValueError):
    """Pattern that is none, or is too costly."""


def _engine() -> Any:
    """Load the Rust part of the package cel. Its Python part would import a terminal toolkit: 0.4 s of every start."""
    package = importlib.util.find_spec("cel")
    inner = PathFinder.find_spec("cel", package.submodule_search_locations if package is not None else None)
    if inner is None or inner.loader is None:
        raise ImportError("the package common-expression-language is not installed: pip install it")
    if "cel.cel" not in sys.modules:
        module = importlib.util.module_from_spec(inner)
        inner.loader.exec_module(module)
        sys.modules["cel.cel"] = module  # it can be loaded once: a later import of cel gets this one
    return sys.modules["cel.cel"]


_MATCHES = _engine().compile("subject.matches(pattern)")


def matches(subject: str, pattern: str) -> bool:
    """True if the pattern matches anywhere in `subject`. Raises BadPattern."""
    if len(subject) > MAX_SUBJECT:
        raise BadPattern(f"a text of more than {MAX_SUBJECT} characters is not searched")
    return _found(subject, checked(pattern))


@lru_cache(maxsize=4096)
def _found(subject: str, pattern: str) -> bool:
    try:
        return _MATCHES.execute({"subject": subject, "pattern": pattern}) is True
    except (ValueError, RuntimeError) as error:
        raise BadPattern("not a pattern") from error


@lru_cache(maxsize=1024)
def checked(pattern: str) -> str:
    """Pattern in ASCII form. Raises BadPattern."""
    if len(pattern) > MAX_PATTERN:
        raise BadPattern(f"a pattern has at most {MAX_PATTERN} characters")
    _refuse_costly(pattern)
    done = _in_ascii(pattern)
    _found("", done)
    return done


def _in_ascii(pattern: str) -> str:
    done: list[str] = []
    in_class = False
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "\\" and at + 1 < len(pattern):
            letter = pattern[at + 1]
            if letter in "pP":
                raise BadPattern(f"\\{letter} is of Unicode; write the characters, such as [一-龥]")
            if letter in _ASCII:
                done.append(_ASCII[letter] if in_class else f"[{_ASCII[letter]}]")
            elif letter.lower() in _ASCII:
                done.append(f"[^{_ASCII[letter.lower()]}]")
            elif letter in "bB":
                done.append(f"(?-u:\\{letter})" if letter == "b" else "")
                if letter == "B":
                    raise BadPattern("\\B is not known here")
            else:
                done.append(pattern[at : at + 2])
            at += 2
            continue
        if character == "[" and not in_class:
            in_class = True
        elif character == "]" and pattern[at - 1 : at] != "[":
            in_class = False
        done.append(character)
        at += 1
    return "".join(done)


def _refuse_costly(pattern: str) -> None:
    """Refuse counted repeats that are large, or stand inside each other: each is that many states."""
    plain = re.sub(r"\\.|\[[^\]]*\]", "x", pattern)
    counted = [False]
    closed = False
    at = 0
    while at < len(plain):
        repeat = _REPEAT.match(plain, at)
        if repeat is not None:
            if max(int(repeat[1] or 0), int(repeat[2] or 0)) > _MOST_REPEATS:
                raise BadPattern(f"a repeat of more than {_MOST_REPEATS}")
            if closed:
                raise BadPattern("counted repeats inside each other")
            counted[-1] = True
            at = repeat.end()
            closed = False
            continue
        closed = False
        if plain[at] == "(":
            counted.append(False)
        elif plain[at] == ")" and len(counted) > 1:
            closed = counted.pop()
            counted[-1] = counted[-1] or closed
        at += 1
