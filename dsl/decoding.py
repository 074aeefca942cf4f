"""Decoding of admins' files: a record of sections, each of named entries; all that is broken is told."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from dsl.records import decoding_problem
from dsl.tree import Node, Problem

T = TypeVar("T")


def decode(root: Node, kind: type[T], entries: Mapping[str, type], rule: str) -> tuple[T | None, list[Problem]]:
    """The record of a file, or its problems. `entries`: the type of the entries by section, in a mapping or a list.

    The decoder does not tell which entry of a mapping is broken, so entries are decoded one by one first.
    """
    problems: list[Problem] = []
    for section, inner in entries.items():
        inside = root.items.get(section)
        for name, node in () if inside is None else _named(inside):
            problems += _problems(node, inner, (section, name), root, rule)
    if problems:
        return None, problems
    problems = _problems(root, kind, (), root, rule)
    return (None if problems else msgspec.convert(root.plain() or {}, kind)), problems


def _named(section: Node) -> list[tuple[str | int, Node]]:
    return list(section.items.items()) if section.is_mapping else list(enumerate(section.children))


def _problems(node: Node, kind: Any, path: tuple[str | int, ...], root: Node, rule: str) -> list[Problem]:
    try:
        msgspec.convert(node.plain() if node.value is not None else {}, kind)
    except msgspec.ValidationError as error:
        found = decoding_problem(error, kind, path)
        at = root.find(found.path)
        where = f"{path[-1]}: " if path and isinstance(path[-1], str) else ""
        hint = f"; did you mean {found.suggestion}?" if found.suggestion else ""
        return [Problem(at.key_mark or at.mark, rule, f"{where}{found.message}{hint}")]
    return []
