"""Skill expressions, `complaints>=3 and (english or not trainee)`, and the agents that satisfy them.

    expression = all { "or" all }
    all        = one { "and" one }
    one        = "not" one | "(" expression ")" | NAME [ ">=" LEVEL ]

An expression is compiled once against an `Index` into a set of agents, held as an integer with bit *i* for agent *i*:
the cost of a decision does not grow with the number of agents that are not eligible.

Snapshots hold expressions with the field names `wish` and `wishes`.
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
    """The agent has `skill` at level `least` or better."""

    skill: str
    least: int = 1


class Not(msgspec.Struct, frozen=True, tag="not", gc=False):
    """The agent does not satisfy `part`."""

    part: "SkillExpression" = msgspec.field(name="wish")


class All(msgspec.Struct, frozen=True, tag="all", gc=False):
    """The agent satisfies each of `parts`; without any, every agent does."""

    parts: tuple["SkillExpression", ...] = msgspec.field(name="wishes")


class AnyOf(msgspec.Struct, frozen=True, tag="any", gc=False):
    """The agent satisfies at least one of `parts`."""

    parts: tuple["SkillExpression", ...] = msgspec.field(name="wishes")


SkillExpression = Has | Not | All | AnyOf
ANYBODY = All(())


class SkillExpressionError(BadInput):
    """The expression cannot be read; `column` counts from 1."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column


def is_skill(word: str) -> bool:
    """Whether `word` can name a skill in an expression."""
    match = _TOKEN.fullmatch(word)
    return match is not None and match.group(4) == word and word not in _WORDS


@lru_cache(maxsize=4096)
def parse(text: str) -> SkillExpression:
    """The expression that `text` says. Raises SkillExpressionError."""
    tokens = list(_tokens(text))
    if not tokens:
        raise SkillExpressionError("an empty skill expression; leave it out, or name a skill", 1)
    expression, rest = _any(tokens, 0, len(text) + 1)
    if rest < len(tokens):
        word, column = tokens[rest]
        raise SkillExpressionError(f"`{word}` is not expected here; join skills with `and` or `or`", column)
    return expression


def parse_all(texts: Iterable[str]) -> SkillExpression:
    """The conjunction of all `texts`; without any, `ANYBODY`. Raises SkillExpressionError."""
    return conjunction(parse(text) for text in texts)


def conjunction(expressions: Iterable[SkillExpression]) -> SkillExpression:
    """The expression that asks for all of `expressions`, flat and without repetition."""
    parts: list[SkillExpression] = []
    for expression in expressions:
        for part in expression.parts if isinstance(expression, All) else (expression,):
            if part not in parts:
                parts.append(part)
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            unread = text[at:].strip()
            raise SkillExpressionError(f"cannot read `{unread}`; write skills like `loans>=3 and english`", at + 1)
        token = match.group(match.lastindex or 0)
        yield token, match.start(match.lastindex or 0) + 1
        at = match.end()


Tokens = list[tuple[str, int]]


def _any(tokens: Tokens, at: int, end: int) -> tuple[SkillExpression, int]:
    expression, at = _all(tokens, at, end)
    parts = [expression]
    while at < len(tokens) and tokens[at][0] == "or":
        expression, at = _all(tokens, at + 1, end)
        parts.append(expression)
    return (parts[0] if len(parts) == 1 else AnyOf(tuple(parts))), at


def _all(tokens: Tokens, at: int, end: int) -> tuple[SkillExpression, int]:
    expression, at = _one(tokens, at, end)
    parts = [expression]
    while at < len(tokens) and tokens[at][0] == "and":
        expression, at = _one(tokens, at + 1, end)
        parts.append(expression)
    return conjunction(parts), at


def _one(tokens: Tokens, at: int, end: int) -> tuple[SkillExpression, int]:
    if at == len(tokens):
        raise SkillExpressionError("a skill is missing at the end", end)
    token, column = tokens[at]
    if token == "not":
        expression, at = _one(tokens, at + 1, end)
        return Not(expression), at
    if token == "(":
        expression, at = _any(tokens, at + 1, end)
        if at == len(tokens) or tokens[at][0] != ")":
            raise SkillExpressionError("this `(` is never closed", column)
        return expression, at + 1
    if token in _WORDS or not (token[0].isalpha() or token[0] == "_"):
        raise SkillExpressionError(f"a skill is expected, not `{token}`", column)
    if at + 1 < len(tokens) and tokens[at + 1][0] == ">=":
        if at + 2 == len(tokens) or not tokens[at + 2][0].isdigit():
            raise SkillExpressionError(f"`{token}>=` needs a level from {MIN_LEVEL} to {MAX_LEVEL}", column)
        least = int(tokens[at + 2][0])
        if not MIN_LEVEL <= least <= MAX_LEVEL:
            raise SkillExpressionError(f"levels go from {MIN_LEVEL} to {MAX_LEVEL}, not {least}", tokens[at + 2][1])
        return Has(token, least), at + 3
    return Has(token), at + 1


def render(expression: SkillExpression) -> str:
    """The text of an expression, as an admin would write it; empty for `ANYBODY`."""
    match expression:
        case Has(skill=skill, least=least):
            return skill if least <= 1 else f"{skill}>={least}"
        case Not(part=inner):
            return f"not {_grouped(inner)}"
        case All(parts=parts):
            return " and ".join(_grouped(part) for part in parts)
        case AnyOf(parts=parts):
            return " or ".join(_grouped(part) for part in parts)


def _grouped(expression: SkillExpression) -> str:
    joined = isinstance(expression, AnyOf) or (isinstance(expression, All) and expression.parts)
    return f"({render(expression)})" if joined else render(expression)


def named(expression: SkillExpression) -> Iterator[str]:
    """Every skill that the expression names, also inside `not`."""
    match expression:
        case Has(skill=skill):
            yield skill
        case Not(part=inner):
            yield from named(inner)
        case All(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from named(part)


def wanted(expression: SkillExpression) -> Iterator[str]:
    """Every skill that the expression asks for, over which proficiency is counted."""
    match expression:
        case Has(skill=skill):
            yield skill
        case Not():
            return
        case All(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from wanted(part)


def lowered(expression: SkillExpression, by: int) -> SkillExpression:
    """The expression with each minimum `by` levels lower, never below 1. What is denied stays denied."""
    match expression:
        case Has(skill=skill, least=least):
            return Has(skill, max(1, least - by))
        case Not():
            return expression
        case All(parts=parts):
            return conjunction(lowered(part, by) for part in parts)
        case AnyOf(parts=parts):
            return AnyOf(tuple(lowered(part, by) for part in parts))


def without(expression: SkillExpression, skills: frozenset[str]) -> SkillExpression:
    """The expression with `skills` no longer asked for; an `or` of which one arm falls away asks for nothing."""
    match expression:
        case Has(skill=skill):
            return ANYBODY if skill in skills else expression
        case Not():
            return expression
        case All(parts=parts):
            return conjunction(without(part, skills) for part in parts)
        case AnyOf(parts=parts):
            arms = tuple(without(part, skills) for part in parts)
            return ANYBODY if ANYBODY in arms else AnyOf(arms)


def satisfied(expression: SkillExpression, levels: Mapping[str, int]) -> bool:
    """Whether an agent with these levels satisfies the expression. `Index.select` must agree with it."""
    match expression:
        case Has(skill=skill, least=least):
            return levels.get(skill, 0) >= least
        case Not(part=inner):
            return not satisfied(inner, levels)
        case All(parts=parts):
            return all(satisfied(part, levels) for part in parts)
        case AnyOf(parts=parts):
            return any(satisfied(part, levels) for part in parts)


class Index:
    """An index of skills: for each skill and level, the agents who have it, as bits."""

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
        """Every skill that at least one agent has."""
        return frozenset(self._at_least)

    def select(self, expression: SkillExpression) -> int:
        """The agents who satisfy the expression, as bits. Costs a few operations on whole sets for each skill named."""
        match expression:
            case Has(skill=skill, least=least):
                return self._at_least.get(skill, {}).get(least, 0)
            case Not(part=inner):
                return self.everybody & ~self.select(inner)
            case All(parts=parts):
                chosen = self.everybody
                for part in parts:
                    chosen &= self.select(part)
                return chosen
            case AnyOf(parts=parts):
                chosen = 0
                for part in parts:
                    chosen |= self.select(part)
                return chosen
