"""Evaluation of CEL with a budget: an expression is compiled to closures once, and each evaluation counts its work.

The budget counts steps and not time: the same values give the same result on every machine, and in a replay. It is some
5 ms of a slow one. What nobody looks at costs nothing, however large the answer that it stands in.

Other than CEL has it: numbers are one kind, as in JSON, and reckoned in tenths as people do (0.1 + 0.2 == 0.3; 7 / 2 is
3.5); a text is as long as its characters. A condition that errs is an error, and `&&` and `||` hide it where the other
side decides, as the language definition says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from dsl.cel import syntax as s
from dsl.cel.functions import FUNCTIONS, MACROS, TYPES, Erred, TypeName, number, plain
from dsl.cel.operators import OPERATORS, List, Map
from dsl.cel.patterns import BadPattern, checked
from dsl.cel.work import CHARACTERS_A_STEP, DEEPEST, Work

_STEPS_OF_A_PATTERN = 100
_LOOK_THROUGH = ("max", "min")

Run = Callable[[Work], Any]


class Compiler:
    """Compiles a tree, and collects the variables and functions that it names. Raises SyntaxProblem."""

    def __init__(self) -> None:
        self.variables: dict[str, None] = {}
        self.functions: dict[str, None] = {}
        self._own: list[str] = []

    def compile(self, node: s.Node) -> Run:
        """Closure of a tree."""
        match node:
            case s.Literal(value):
                return lambda work: value
            case s.Name(name):
                return self._name(name)
            case s.Select(of, field):
                return _select(self.compile(of), field)
            case s.Index(of, key):
                return _index(self.compile(of), self.compile(key))
            case s.Unary("!", of):
                return _not(self.compile(of))
            case s.Unary(_, of):
                return _negative(self.compile(of))
            case s.Binary("&&" | "||" as operator, left, right):
                return _logic(self.compile(left), self.compile(right), operator == "||")
            case s.Binary(operator, left, right):
                return _binary(operator, self.compile(left), self.compile(right))
            case s.Choice(condition, then, otherwise):
                return _choice(self.compile(condition), self.compile(then), self.compile(otherwise))
            case s.Elements(elements):
                return _elements([self.compile(element) for element in elements])
            case s.Entries(entries):
                return _entries([(self.compile(key), self.compile(value)) for key, value in entries])
            case s.Call():
                return self._call(node)

    def _name(self, name: str) -> Run:
        if name in self._own:

            def own(work: Work) -> Any:
                work.spend()
                return work.own[name]

            return own
        if name in TYPES:
            of_type = TypeName(TYPES[name])
            return lambda work: of_type
        self.variables[name] = None

        def variable(work: Work) -> Any:
            work.spend()
            if name not in work.values:
                raise Erred(f"no variable {name}")
            return work.values[name]

        return variable

    def _call(self, node: s.Call) -> Run:
        name = node.name
        self.functions[name] = None
        if name in MACROS:
            return self._macro(node)
        function = FUNCTIONS.get(name)
        if function is None:
            return _unknown
        if node.target is not None and not function.method:
            raise s.SyntaxProblem(f"{name} is written alone: {name}(…)")
        if node.target is None and not function.free:
            raise s.SyntaxProblem(f"{name} is written behind a dot: ….{name}(…)")
        given = (*((node.target,) if node.target is not None else ()), *node.arguments)
        if not function.least <= len(given) <= function.most:
            raise s.SyntaxProblem(f"{name} has {len(node.arguments)} arguments")
        if name == "matches" and isinstance(given[1], s.Literal) and isinstance(given[1].value, str):
            try:
                checked(given[1].value)
            except BadPattern as error:
                raise s.SyntaxProblem(f"matches: {error}") from None
        runs = [self.compile(argument) for argument in given]
        of, cost = function.of, _STEPS_OF_A_PATTERN if name == "matches" else 1

        def call(work: Work) -> Any:
            work.spend(cost)
            values = [run(work) for run in runs]
            for value in values:
                if isinstance(value, str):
                    work.spend(len(value) // CHARACTERS_A_STEP)
                elif name in _LOOK_THROUGH and isinstance(value, list | tuple):
                    work.spend(len(value))
            return of(*values)

        return call

    def _macro(self, node: s.Call) -> Run:
        if node.name == "has":
            (field,) = node.arguments if len(node.arguments) == 1 else (None,)
            if node.target is not None or not isinstance(field, s.Select):
                raise s.SyntaxProblem("has takes a field: has(account.balance)")
            return _has(self.compile(field.of), field.field)
        counts = (2, 3) if node.name == "map" else (2,)
        if node.target is None or len(node.arguments) not in counts or not isinstance(node.arguments[0], s.Name):
            raise s.SyntaxProblem(f"{node.name} is written so: list.{node.name}(x, x > 1)")
        of, name = self.compile(node.target), node.arguments[0].name
        self._own.append(name)
        inner = [self.compile(argument) for argument in node.arguments[1:]]
        self._own.pop()
        return _over(node.name, of, name, inner)


def result(value: Any, depth: int = 0) -> Any:
    """A result as JSON has it: a number plain, an instant as text, a duration in seconds. Raises Erred.

    What comes from JSON as it is, is not looked through: it may be large.
    """
    match value:
        case Decimal():
            return plain(number(value))
        case datetime():
            return value.isoformat()
        case timedelta():
            return plain(Decimal(repr(value.total_seconds())))
        case TypeName(kind_):
            return kind_
        case List() | Map() if depth > DEEPEST:
            raise Erred("nested too deep")
        case List():
            return [result(element, depth + 1) for element in value]
        case Map():
            return {key: result(element, depth + 1) for key, element in value.items()}
    return value


def _unknown(work: Work) -> Any:
    raise Erred("no such function")


def _select(of: Run, field: str) -> Run:
    def select(work: Work) -> Any:
        work.spend()
        value = of(work)
        if not isinstance(value, Mapping):
            raise Erred("not a map")
        if field not in value:
            raise Erred("no such key")
        return value[field]

    return select


def _has(of: Run, field: str) -> Run:
    def has(work: Work) -> bool:
        work.spend()
        value = of(work)
        if not isinstance(value, Mapping):
            raise Erred("not a map")
        return field in value

    return has


def _index(of: Run, key: Run) -> Run:
    def index(work: Work) -> Any:
        work.spend()
        value, at = of(work), key(work)
        if isinstance(value, Mapping):
            if not isinstance(at, str) or at not in value:
                raise Erred("no such key")
            return value[at]
        if not isinstance(value, list | tuple):
            raise Erred("not a list or map")
        place = number(at)
        if place != int(place) or not 0 <= place < len(value):
            raise Erred("no such element")
        return value[int(place)]

    return index


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Erred("not true or false")
    return value


def _not(of: Run) -> Run:
    def not_(work: Work) -> bool:
        work.spend()
        return not _truth(of(work))

    return not_


def _negative(of: Run) -> Run:
    def negative(work: Work) -> Any:
        work.spend()
        value = of(work)
        return -value if isinstance(value, timedelta) else -number(value)

    return negative


def _logic(left: Run, right: Run, decides: bool) -> Run:
    """`||` where True decides, `&&` where False does; an error on one side is hidden where the other decides."""

    def logic(work: Work) -> bool:
        work.spend()
        try:
            if _truth(left(work)) is decides:
                return decides
        except Erred:
            if work.left < 0 or _truth(right(work)) is not decides:
                raise
            return decides
        return _truth(right(work))

    return logic


def _choice(condition: Run, then: Run, otherwise: Run) -> Run:
    def choice(work: Work) -> Any:
        work.spend()
        return then(work) if _truth(condition(work)) else otherwise(work)

    return choice


def _elements(elements: list[Run]) -> Run:
    def made(work: Work) -> list[Any]:
        work.spend(1 + len(elements))
        return List(element(work) for element in elements)

    return made


def _entries(entries: list[tuple[Run, Run]]) -> Run:
    def made(work: Work) -> dict[str, Any]:
        work.spend(1 + len(entries))
        found = Map()
        for key, value in entries:
            name = key(work)
            if not isinstance(name, str):
                raise Erred("a key that is no text")
            found[name] = value(work)
        return found

    return made


def _binary(operator: str, left: Run, right: Run) -> Run:
    of = OPERATORS[operator]

    def binary(work: Work) -> Any:
        work.spend()
        return of(left(work), right(work), work)

    return binary


def _over(macro: str, of: Run, name: str, inner: list[Run]) -> Run:
    """Macro over a list, or over the keys of a map."""

    def over(work: Work) -> Any:
        work.spend()
        value = of(work)
        if not isinstance(value, list | tuple | Mapping):
            raise Erred("not a list or map")
        hidden = work.own.get(name)
        there = name in work.own
        try:
            return _walked(macro, value, name, inner, work)
        finally:
            if there:
                work.own[name] = hidden
            else:
                work.own.pop(name, None)

    return over


def _walked(macro: str, value: Any, name: str, inner: list[Run], work: Work) -> Any:
    found = List()
    count = 0
    erred: Erred | None = None
    for element in value:
        work.spend()
        work.own[name] = element
        if macro == "map":
            if len(inner) == 1 or _truth(inner[0](work)):
                found.append(inner[-1](work))
            continue
        try:
            true = _truth(inner[0](work))
        except Erred as error:
            if macro not in ("all", "exists") or work.left < 0:
                raise
            erred = error  # hidden where another element decides, as || and && have it
            continue
        if macro == "filter" and true:
            found.append(element)
        if (macro == "all" and not true) or (macro == "exists" and true):
            return true
        count += true
    if erred is not None:
        raise erred
    if macro in ("map", "filter"):
        return found
    return count == 1 if macro == "exists_one" else macro == "all"
