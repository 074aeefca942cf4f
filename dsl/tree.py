"""Syntax tree of YAML: every value knows its file, line and column. Used by all readers of what admins write.

`parse(text, file)` takes text, never a path: the caller has read the file. The grammar is YAML's; the
meaning of plain words is YAML 1.2's core schema with three of its traps closed, because telephony walks into
all of them:

* `no`, `on`, `off`, `yes` are words and not booleans (the Norway problem); only `true` and `false` are;
* `+8610…`, `010`, `12:30`, `2026-10-01` and `1_000` stay the text that they are: a number with a leading zero
  or plus is a telephone number, and an hour is not a count in base sixty;
* a key is always text, as written: `1:` in a menu is the key "1".

Anchors, aliases, merges and tags are refused. The closed vocabulary has no use for them, and without aliases
a small file cannot grow into a large tree. Size, depth and count are bounded besides, so that a hostile file
costs a bounded amount of work.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeAlias

import yaml

from dsl.spelling import full_width, narrow

MAX_CHARACTERS = 4_000_000  # 10,000 prompts of 400 characters in one file
MAX_NODES = 200_000
MAX_DEPTH = 64

NAME = r"^[a-z][a-z0-9_]*$"
"""Pattern of a name that an admin gives to something: small letters, digits and _, a letter first."""

Scalar: TypeAlias = str | int | float | bool | None

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where the wheel has it: ten times faster

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?(?:[eE][-+]?[0-9]{1,2})?")
_KEY_BEFORE_FULL_WIDTH = re.compile(
    r"""(?:^|[{,，])\s*(?:-\s+)*["']?[\w*#/-]+["']?\s*(：)|(，)\s*["']?[\w*#/-]+["']?\s*[:：]"""
)
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


class SourceError(ValueError):
    """A file is not YAML of ours. `str()` is `file:line:column: message`; line and column count from 1."""

    def __init__(self, file: str, line: int, column: int, message: str) -> None:
        super().__init__(f"{file}:{line}:{column}: {message}")
        self.file = file
        self.line = line
        self.column = column
        self.message = message


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file. Line and column (in characters) count from 1. `str()` is `file:line:column`."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def error(self, message: str) -> SourceError:
        """An error at this place, to be raised."""
        return SourceError(self.file, self.line, self.column, message)


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands.

    `value` is a scalar, a tuple of nodes (a YAML sequence) or a mapping of text to nodes, in the order of the
    file. `mark` is where the value begins; `key_mark` is where its key begins, when it has one: an unknown
    key is reported there. `text` is a scalar exactly as it was read (`010`, `1.50`), and empty for the other
    two.
    """

    value: Scalar | tuple[Node, ...] | Mapping[str, Node]
    mark: Mark
    key_mark: Mark | None = None
    text: str = ""

    @property
    def file(self) -> str:
        """Name of the file that it stands in."""
        return self.mark.file

    @property
    def line(self) -> int:
        """Line of the value, from 1."""
        return self.mark.line

    @property
    def column(self) -> int:
        """Column of the value in characters, from 1."""
        return self.mark.column

    @property
    def items(self) -> Mapping[str, Node]:
        """The entries of a mapping by key; nothing for a scalar or a sequence."""
        return self.value if isinstance(self.value, Mapping) else {}

    @property
    def children(self) -> tuple[Node, ...]:
        """Nodes directly inside: those of a sequence, or the values of a mapping."""
        if isinstance(self.value, tuple):
            return self.value
        return tuple(self.items.values())

    @property
    def is_mapping(self) -> bool:
        """True for a mapping, also an empty one."""
        return isinstance(self.value, Mapping)

    @property
    def is_sequence(self) -> bool:
        """True for a list, also an empty one."""
        return isinstance(self.value, tuple)

    @property
    def kind(self) -> str:
        """Name of its type for admins: "mapping", "list", "text", "number", "true or false" or "nothing"."""
        match self.value:
            case None:
                return "nothing"
            case bool():
                return "true or false"
            case int() | float():
                return "number"
            case str():
                return "text"
            case tuple():
                return "list"
            case _:
                return "mapping"

    def plain(self) -> Any:
        """Data without places: dict, list and scalars, for msgspec or a JSON Schema."""
        if isinstance(self.value, tuple):
            return [child.plain() for child in self.value]
        if isinstance(self.value, Mapping):
            return {key: child.plain() for key, child in self.value.items()}
        return self.value

    def find(self, path: Iterable[str | int]) -> Node:
        """Deepest node on `path` from here: it turns the path of a validator's error into a place."""
        node = self
        for step in path:
            inside = node.value
            if isinstance(inside, Mapping) and str(step) in inside:
                node = inside[str(step)]
            elif isinstance(inside, tuple) and isinstance(step, int) and 0 <= step < len(inside):
                node = inside[step]
            else:
                break
        return node

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in the order of the file."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def error(self, message: str, *, at_key: bool = False) -> SourceError:
        """An error at this value, or at its key."""
        mark = self.key_mark if at_key and self.key_mark is not None else self.mark
        return mark.error(message)


@dataclass(frozen=True, slots=True)
class Problem:
    """Finding of a check: its place, the rule, what to do. `str()` is `file:line:column: message [rule]`.

    A warning does not keep a version from being published.
    """

    mark: Mark
    rule: str
    message: str
    warning: bool = False

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Key by which problems are told in one order, whatever found them."""
        return self.mark.file, self.mark.line, self.mark.column, self.rule, self.message

    def __str__(self) -> str:
        return f"{self.mark}: {self.message} [{self.rule}]"


def parse(text: str, file: str) -> Node:
    """Read one YAML document. `file` is only the name that places carry.

    An empty document is a node with value None. Raises SourceError: bad YAML, a key twice in one mapping, a
    key that is not a plain word or quoted text, an anchor, alias, merge or tag, a second document, or a limit
    exceeded.
    """
    if len(text) > MAX_CHARACTERS:
        raise SourceError(file, 1, 1, f"the file has {len(text)} characters; at most {MAX_CHARACTERS} are read")
    if found := _LONE_SURROGATE.search(text):
        _refuse_character(text, file, found.start(), "half of a surrogate pair: is the file UTF-8?")
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, text, file) from None
    except yaml.reader.ReaderError as error:
        position = error.position if isinstance(error.position, int) else 0
        _refuse_character(text, file, position, "a control character, which YAML does not allow")
    return builder.document()


def _refuse_character(text: str, file: str, position: int, reason: str) -> NoReturn:
    before = text[:position]
    line = before.count("\n") + 1
    raise SourceError(file, line, position - (before.rfind("\n") + 1) + 1, reason)


def _syntax_error(error: yaml.MarkedYAMLError, text: str, file: str) -> SourceError:
    lines = text.split("\n")
    mark = error.problem_mark
    # What is never closed is noticed at the end of the file; the admin wants to see where it was opened.
    if error.context_mark and (mark is None or _is_end(mark, lines)):
        mark = error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    message = error.problem or "not valid YAML"
    if error.context:
        message = f"{message} ({error.context})"
    if line < len(lines) and lines[line][column : column + 1] == "\t":
        message = "a tab; YAML is indented with spaces"
    for near in (line, line - 1):  # an error is often noticed in the line after
        written = lines[near].partition(" #")[0] if 0 <= near < len(lines) else ""
        if (found := _KEY_BEFORE_FULL_WIDTH.search(written)) is not None:
            group = found.lastindex or 0
            sign = found[group]
            message = f"a full-width {sign} stands here; write {narrow(sign)}"
            return SourceError(file, near + 1, found.start(group) + 1, message)
        if written.rstrip().endswith("，") and "expected ','" in message:
            sign = "，"
            return SourceError(file, near + 1, written.rindex(sign) + 1, f"a full-width {sign} stands here; write ,")
    return SourceError(file, line + 1, column + 1, message)


def _is_end(mark: Any, lines: list[str]) -> bool:
    rest = lines[mark.line][mark.column :] if mark.line < len(lines) else ""
    return not rest.strip() and not "".join(lines[mark.line + 1 :]).strip()


@dataclass(slots=True)
class _Open:
    """A mapping or sequence whose end has not come yet."""

    mark: Mark
    key_mark: Mark | None
    entries: dict[str, Node] | None  # None: a sequence
    elements: list[Node] = field(default_factory=list)
    pending_key: str | None = None
    pending_mark: Mark | None = None
    pending_plain: bool = False  # written without quotes


class _Builder:
    """Events in, one tree out; its own stack, so depth is our limit and not the interpreter's."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._open: list[_Open] = []
        self._root: Node | None = None
        self._documents = 0
        self._count = 0

    def document(self) -> Node:
        return self._root or Node(None, Mark(self._file, 1, 1))

    def take(self, event: Any) -> None:
        mark = Mark(self._file, event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise mark.error("a second document begins here; one file holds one")
        elif isinstance(event, yaml.AliasEvent):
            raise mark.error(f"alias *{event.anchor} is not supported: write the value out")
        elif isinstance(event, yaml.NodeEvent):
            self._admit(event, mark)
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event, mark)
            else:
                self._begin(event, mark)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()

    def _admit(self, event: Any, mark: Mark) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            raise mark.error(f"more than {MAX_NODES} values in one file")
        if event.anchor is not None:
            raise mark.error(f"anchor &{event.anchor} is not supported: write the value out where it is used")
        if event.tag is not None:
            raise mark.error(f"tag {event.tag} is not supported")

    def _scalar(self, event: Any, mark: Mark) -> None:
        top = self._open[-1] if self._open else None
        if top is not None and top.entries is not None and top.pending_mark is None:
            self._key(top, event, mark)
            return
        quoted = event.style in ("'", '"', "|", ">")
        self._put(Node(event.value if quoted else _meaning(event.value), mark, self._key_mark(), event.value))

    def _key(self, top: _Open, event: Any, mark: Mark) -> None:
        key: str = event.value
        if key == "<<" and event.style in (None, ""):
            raise mark.error("the merge key << is not supported: write the values out")
        if top.entries is not None and key in top.entries:
            first = top.entries[key].key_mark
            raise mark.error(f"key {key!r} is already given on line {first.line if first else '?'}")
        top.pending_key, top.pending_mark, top.pending_plain = key, mark, event.style in (None, "")

    def _begin(self, event: Any, mark: Mark) -> None:
        top = self._open[-1] if self._open else None
        if top is not None and top.entries is not None and top.pending_mark is None:
            raise mark.error("a key must be a plain word or quoted text")
        if len(self._open) >= MAX_DEPTH:
            raise mark.error(f"nested more than {MAX_DEPTH} deep")
        entries: dict[str, Node] | None = {} if isinstance(event, yaml.MappingStartEvent) else None
        self._open.append(_Open(mark, self._key_mark(), entries))

    def _end(self) -> None:
        done = self._open.pop()
        value = tuple(done.elements) if done.entries is None else done.entries
        self._put(Node(value, done.mark, done.key_mark))

    def _key_mark(self) -> Mark | None:
        return self._open[-1].pending_mark if self._open else None

    def _put(self, node: Node) -> None:
        if not self._open:
            self._root = node
            return
        top = self._open[-1]
        if top.entries is None:
            top.elements.append(node)
        elif top.pending_key is not None:
            sign = full_width(top.pending_key) if top.pending_plain and not node.is_mapping else ""
            if sign and top.pending_mark is not None:  # a sentence may be the name of a mapping, such as a test case
                at, message = top.pending_mark, f"a full-width {sign} stands in {top.pending_key!r}"
                raise SourceError(
                    at.file, at.line, at.column + top.pending_key.index(sign), f"{message}; write {narrow(sign)}"
                )
            top.entries[top.pending_key] = node
            top.pending_key = top.pending_mark = None


def _meaning(word: str) -> Scalar:
    """Value of an unquoted word: the core schema, less leading zeros, plus signs, octal, infinities."""
    if word in _NULL:
        return None
    if word in _BOOLEANS:
        return _BOOLEANS[word]
    if _INTEGER.fullmatch(word):
        return int(word)
    if _FLOAT.fullmatch(word):
        return float(word)
    return word
