"""Records out of YAML: lists of one may be written without brackets, and what is text may look like a number.

The errors have their place, what is wanted, and the nearest right word.
"""

from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from dialer.governor.durations import DURATION_FORM, WINDOW_FORM
from dsl.records import decoding_problem
from dsl.tree import Mark, Node, Problem

Record = TypeVar("Record", bound=msgspec.Struct)
_FORMS = {
    "in": WINDOW_FORM,
    **dict.fromkeys(
        ("at_least", "within", "at_most_age", "free_again_after", "longest_ring", "least_ring", "defer_at_most"),
        DURATION_FORM,
    ),
}


def read_record(
    node: Node, kind: type[Record], name: str, problems: list[Problem], rule: str = "policy-words"
) -> Record | None:
    """Read the mapping at `node`; None, and a problem of this `rule`, where it is wrong. `name` stands before the
    message."""
    try:
        return msgspec.convert(_plain(node, kind), kind)
    except msgspec.ValidationError as error:
        found = decoding_problem(error, kind, (), _FORMS)
        message = found.message if "matching regex" not in found.message else f"{DURATION_FORM} is wanted"
        hint = f" (did you mean {found.suggestion}?)" if found.suggestion else ""
        problems.append(Problem(_place(node, found.path, message), rule, f"{name}: {message}{hint}"))
        return None


def _place(node: Node, path: tuple[str | int, ...], message: str) -> Mark:
    """The place of what a path leads to; of an unknown word that of the word itself."""
    found = node.find(path)
    return found.key_mark if found.key_mark is not None and "is not known here" in message else found.mark


def _plain(node: Node, kind: Any) -> Any:
    kind = _bare(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        if not node.is_mapping:
            return node.plain()
        kinds = _kinds(kind)
        return {word: _plain(inside, kinds.get(word, Any)) for word, inside in node.items.items()}
    origin = get_origin(kind)
    if origin is tuple:
        inner = get_args(kind)[0]
        if node.is_mapping or node.value is None:
            return node.plain()
        return [_plain(child, inner) for child in (node.children if node.is_sequence else (node,))]
    if origin is dict:
        if not node.is_mapping:
            return node.plain()
        return {word: _plain(inside, get_args(kind)[1]) for word, inside in node.items.items()}
    if kind is str and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return node.text
    return node.plain()


@cache
def _kinds(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """What each word of a record holds."""
    hints = get_type_hints(kind, include_extras=True)
    return {
        word: hints[field] for word, field in zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True)
    }


def _bare(kind: Any) -> Any:
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return _bare(next(one for one in get_args(kind) if one is not type(None)))
    return kind
