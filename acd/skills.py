"""Wishes: expressions over skills, `complaints>=3 and (english or not trainee)`, and the agents that satisfy them.

    wish    = all { "or" all }
    all     = one { "and" one }
    one     = "not" one | "(" wish ")" | NAME [ ">=" LEVEL ]

A wish is compiled once against an `Index` into a set of agents, held as an integer with bit *i* for agent *i*: so the
cost of a decision does not grow with the number of agents that are out of the question.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

import msgspec

from calls.errors import BadInput

MIN_LEVEL, MAX_LEVEL = 1, 5
_TOKEN = re.compile(r"\s*(?:(>=)|([()])|(\d+(?![\w-]))|([^\W\d][\w-]*))")
_WORDS = frozenset({"and", "or", "not"})


class Has(msgspec.Struct, frozen=True, tag="has", gc=False):
    """The agent has `skill` at `least` or better."""

    skill: str
    least: int = 1


class Not(msgspec.Struct, frozen=True, tag="not", gc=False):
    """The agent does not satisfy `wish`."""

    wish: "Wish"


class All(msgspec.Struct, frozen=True, tag="all", gc=False):
    """The agent satisfies each of `wishes`; with none of them, everybody does."""

    wishes: tuple["Wish", ...]


class AnyOf(msgspec.Struct, frozen=True, tag="any", gc=False):
    """The agent satisfies one of `wishes` at least."""

    wishes: tuple["Wish", ...]


Wish = Has | Not | All | AnyOf
ANYBODY = All(())


class WishError(BadInput):
    """The expression cannot be read; `column` counts from 1."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column


def is_skill(word: str) -> bool:
    """Whether `word` can stand for a skill in a wish."""
    match = _TOKEN.fullmatch(word)
    return match is not None and match.group(4) == word and word not in _WORDS


@lru_cache(maxsize=4096)
def parse(text: str) -> Wish:
    """Read one expression. Raises WishError."""
    tokens = list(_tokens(text))
    if not tokens:
        raise WishError("an empty skill expression; leave it out, or name a skill", 1)
    wish, rest = _any(tokens, 0, len(text) + 1)
    if rest < len(tokens):
        raise WishError(f"`{tokens[rest][0]}` is not expected here; join skills with `and` or `or`", tokens[rest][1])
    return wish


def parse_all(texts: Iterable[str]) -> Wish:
    """All of these expressions at once; none of them means anybody."""
    return conjunction(parse(text) for text in texts)


def conjunction(wishes: Iterable[Wish]) -> Wish:
    """All of `wishes`, flat and without repetition."""
    parts: list[Wish] = []
    for wish in wishes:
        for part in wish.wishes if isinstance(wish, All) else (wish,):
            if part not in parts:
                parts.append(part)
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise WishError(f"cannot read `{text[at:].strip()}`; a wish looks like `loans>=3 and english`", at + 1)
        token = match.group(match.lastindex or 0)
        yield token, match.start(match.lastindex or 0) + 1
        at = match.end()


Tokens = list[tuple[str, int]]


def _any(tokens: Tokens, at: int, end: int) -> tuple[Wish, int]:
    wish, at = _all(tokens, at, end)
    parts = [wish]
    while at < len(tokens) and tokens[at][0] == "or":
        wish, at = _all(tokens, at + 1, end)
        parts.append(wish)
    return (parts[0] if len(parts) == 1 else AnyOf(tuple(parts))), at


def _all(tokens: Tokens, at: int, end: int) -> tuple[Wish, int]:
    wish, at = _one(tokens, at, end)
    parts = [wish]
    while at < len(tokens) and tokens[at][0] == "and":
        wish, at = _one(tokens, at + 1, end)
        parts.append(wish)
    return conjunction(parts), at


def _one(tokens: Tokens, at: int, end: int) -> tuple[Wish, int]:
    if at == len(tokens):
        raise WishError("a skill is missing at the end", end)
    token, column = tokens[at]
    if token == "not":
        wish, at = _one(tokens, at + 1, end)
        return Not(wish), at
    if token == "(":
        wish, at = _any(tokens, at + 1, end)
        if at == len(tokens) or tokens[at][0] != ")":
            raise WishError("this `(` is never closed", column)
        return wish, at + 1
    if token in _WORDS or not (token[0].isalpha() or token[0] == "_"):
        raise WishError(f"a skill is expected, not `{token}`", column)
    if at + 1 < len(tokens) and tokens[at + 1][0] == ">=":
        if at + 2 == len(tokens) or not tokens[at + 2][0].isdigit():
            raise WishError(f"`{token}>=` needs a level from {MIN_LEVEL} to {MAX_LEVEL}", column)
        least = int(tokens[at + 2][0])
        if not MIN_LEVEL <= least <= MAX_LEVEL:
            raise WishError(f"levels go from {MIN_LEVEL} to {MAX_LEVEL}, not {least}", tokens[at + 2][1])
        return Has(token, least), at + 3
    return Has(token), at + 1


def render(wish: Wish) -> str:
    """The wish as one would write it; empty for anybody."""
    match wish:
        case Has(skill=skill, least=least):
            return skill if least <= 1 else f"{skill}>={least}"
        case Not(wish=inner):
            return f"not {_grouped(inner)}"
        case All(wishes=parts):
            return " and ".join(_grouped(part) for part in parts)
        case AnyOf(wishes=parts):
            return " or ".join(_grouped(part) for part in parts)


def _grouped(wish: Wish) -> str:
    return f"({render(wish)})" if isinstance(wish, AnyOf) or (isinstance(wish, All) and wish.wishes) else render(wish)


def named(wish: Wish) -> Iterator[str]:
    """Every skill that the wish names, also within `not`."""
    match wish:
        case Has(skill=skill):
            yield skill
        case Not(wish=inner):
            yield from named(inner)
        case All(wishes=parts) | AnyOf(wishes=parts):
            for part in parts:
                yield from named(part)


def wanted(wish: Wish) -> Iterator[str]:
    """Every skill that the wish asks for: what proficiency is counted over."""
    match wish:
        case Has(skill=skill):
            yield skill
        case Not():
            return
        case All(wishes=parts) | AnyOf(wishes=parts):
            for part in parts:
                yield from wanted(part)


def lowered(wish: Wish, by: int) -> Wish:
    """The wish with each minimum `by` levels lower, never under 1. What is denied stays denied."""
    match wish:
        case Has(skill=skill, least=least):
            return Has(skill, max(1, least - by))
        case Not():
            return wish
        case All(wishes=parts):
            return conjunction(lowered(part, by) for part in parts)
        case AnyOf(wishes=parts):
            return AnyOf(tuple(lowered(part, by) for part in parts))


def without(wish: Wish, skills: frozenset[str]) -> Wish:
    """The wish with `skills` no longer asked for; an `or` of which one arm falls away asks for nothing."""
    match wish:
        case Has(skill=skill):
            return ANYBODY if skill in skills else wish
        case Not():
            return wish
        case All(wishes=parts):
            return conjunction(without(part, skills) for part in parts)
        case AnyOf(wishes=parts):
            arms = tuple(without(part, skills) for part in parts)
            return ANYBODY if ANYBODY in arms else AnyOf(arms)


def satisfied(wish: Wish, levels: Mapping[str, int]) -> bool:
    """Whether somebody with these levels satisfies the wish: the definition that `Index.select` must agree with."""
    match wish:
        case Has(skill=skill, least=least):
            return levels.get(skill, 0) >= least
        case Not(wish=inner):
            return not satisfied(inner, levels)
        case All(wishes=parts):
            return all(satisfied(part, levels) for part in parts)
        case AnyOf(wishes=parts):
            return any(satisfied(part, levels) for part in parts)


class Index:
    """Who has which skill how well: for each skill and level a set of agents as bits."""

    def __init__(self, levels_of: Iterable[Mapping[str, int]]) -> None:
        self._at_least: dict[str, dict[int, int]] = {}
        self.everybody = 0
        for position, levels in enumerate(levels_of):
            bit = 1 << position
            self.everybody |= bit
            for skill, level in levels.items():
                steps = self._at_least.setdefault(skill, {})
                for least in range(1, level + 1):
                    steps[least] = steps.get(least, 0) | bit

    @property
    def skills(self) -> frozenset[str]:
        """Every skill that somebody has."""
        return frozenset(self._at_least)

    def select(self, wish: Wish) -> int:
        """Bit i is set if agent i satisfies the wish. Costs a few operations on whole sets for each skill named."""
        match wish:
            case Has(skill=skill, least=least):
                return self._at_least.get(skill, {}).get(least, 0)
            case Not(wish=inner):
                return self.everybody & ~self.select(inner)
            case All(wishes=parts):
                chosen = self.everybody
                for part in parts:
                    chosen &= self.select(part)
                return chosen
            case AnyOf(wishes=parts):
                chosen = 0
                for part in parts:
                    chosen |= self.select(part)
                return chosen
