"""Errors of a record's decoder, in words for people: the place, what is wanted, and the nearest right word.

Used by the settings of queues and agents (acd/config), the checks of a folder (hotline/versions) and scenarios (sim).
"""

import re
from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec

from dsl.spelling import nearest

Path = tuple[str | int, ...]


class Problem(NamedTuple):
    """Error at a path (keys from the root of the document), with the nearest right word if there is one."""

    path: Path
    message: str
    suggestion: str = ""


_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "a mapping of settings",
}
_BOUNDS = {">=": "of at least", "<=": "of at most", ">": "above", "<": "below"}


def decoding_problem(
    error: msgspec.ValidationError, kind: type, path: Path, forms: Mapping[str, str] | None = None
) -> Problem:
    """The problem that a decoder's error is, in an admin's words.

    `kind`: the record that was wanted at `path`. `forms`: by setting that is text of a certain form, that form in
    words.
    """
    message, _, where = str(error).partition(" - at ")
    inner = tuple(int(part) if part.isdigit() else part for part in re.findall(r"[\w-]+", where.partition("`$")[2]))
    wanted = _wanted(kind, inner)
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`", message)
    if unknown:
        fields = _words(wanted)
        return Problem(
            (*path, *inner, unknown[1]),
            f"`{unknown[1]}` is not known here; there {'is' if len(fields) == 1 else 'are'} {', '.join(fields)}",
            nearest(unknown[1], fields),
        )
    missing = re.fullmatch(r"Object missing required field `(.*)`", message)
    if missing:
        return Problem((*path, *inner), f"`{missing[1]}` is missing")
    wrong = re.fullmatch(r"Invalid enum value '(.*)'", message)
    if wrong:
        words = _words(wanted)
        inner = (*inner, wrong[1]) if where.startswith("`key`") else inner
        return Problem((*path, *inner), f"`{wrong[1]}` is not one of {', '.join(words)}", nearest(wrong[1], words))
    if "matching regex" in message and inner and forms and str(inner[-1]) in forms:
        return Problem((*path, *inner), f"{forms[str(inner[-1])]} is wanted")
    return Problem((*path, *inner), _kind(message))


def _kind(message: str) -> str:
    kinds = re.fullmatch(r"Expected `(\w+)(?: \| null)?`, got `(\w+)`", message)
    if kinds and kinds[1] in _KINDS:
        return f"{_KINDS[kinds[1]]} is wanted, not {_KINDS.get(kinds[2], kinds[2])}"
    bound = re.fullmatch(r"Expected `(int|float)` ([<>]=?) (\S+)", message)
    if bound:
        return f"{_KINDS[bound[1]]} {_BOUNDS[bound[2]]} {float(bound[3]):g} is wanted"
    return message


def _wanted(kind: Any, inner: Path) -> Any:
    """Type at `inner` of a record; of a mapping the type of its keys, for `inner` leads no further there."""
    for part in inner:
        kind = _bare(kind)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            kind = get_type_hints(kind).get(_attribute(kind, str(part)))
        else:
            kind = get_args(kind)[0] if get_args(kind) else None
    kind = _bare(kind)
    return get_args(kind)[0] if get_origin(kind) is dict else kind


def _attribute(kind: type[msgspec.Struct], setting: str) -> str:
    """The attribute of a record that a setting is, which may be called otherwise: `in` is no name in Python."""
    named = dict(zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True))
    return named.get(setting, setting)


def _bare(kind: Any) -> Any:
    """Strip `Annotated` and `None` from a type."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return _bare(next(one for one in get_args(kind) if one is not type(None)))
    return kind


def _words(wanted: Any) -> tuple[str, ...]:
    """Words that may stand there: settings of a record, or the words of a choice."""
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return wanted.__struct_encode_fields__
    return get_args(wanted) if get_origin(wanted) is Literal else ()
