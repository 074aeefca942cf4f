"""Syntax of CEL (cel.dev, the language definition): text to a tree, with errors in an admin's words.

Text, depth and size are bounded before anything is made of it, so that no expression costs more than it should, to read
or to evaluate. Left out, as flows have no use for them: bytes, unsigned numbers, messages and their fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

MAX_CHARACTERS = 2000
MAX_NODES = 250
MAX_DEPTH = 32


class SyntaxProblem(ValueError):
    """Text that is no expression; `str()` says what to write instead."""


class Literal(msgspec.Struct, frozen=True):
    """Number (int or Decimal), text, boolean or null."""

    value: Any


class Name(msgspec.Struct, frozen=True):
    """Variable, or a type's name."""

    name: str


class Select(msgspec.Struct, frozen=True):
    """Field of a map: `a.b`."""

    of: Node
    field: str


class Index(msgspec.Struct, frozen=True):
    """Element of a list, or entry of a map: `a[b]`."""

    of: Node
    key: Node


class Call(msgspec.Struct, frozen=True):
    """Function, method (`target` is what stands before the dot) or macro."""

    name: str
    target: Node | None
    arguments: tuple[Node, ...]


class Unary(msgspec.Struct, frozen=True):
    """`!a` or `-a`."""

    operator: str
    of: Node


class Binary(msgspec.Struct, frozen=True):
    """`a + b`, `a && b`, `a in b` and the like."""

    operator: str
    left: Node
    right: Node


class Choice(msgspec.Struct, frozen=True):
    """`a ? b : c`."""

    condition: Node
    then: Node
    otherwise: Node


class Elements(msgspec.Struct, frozen=True):
    """List that is written out."""

    elements: tuple[Node, ...]


class Entries(msgspec.Struct, frozen=True):
    """Map that is written out."""

    entries: tuple[tuple[Node, Node], ...]


Node = Literal | Name | Select | Index | Call | Unary | Binary | Choice | Elements | Entries

_TOKEN = r"""(?P<space>[ \t\r\n]+|//[^\n]*)
    |(?P<number>[0-9]+\.[0-9]+(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+|0[xX][0-9a-fA-F]+|[0-9]+)(?![A-Za-z0-9_])
    |(?P<text>[rR]?(?:'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\"|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"))
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<operator>&&|\|\||==|!=|<=|>=|[-<>+*/%!?:.,()\[\]{}])"""
"""Compiled with the first expression that is read."""
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([0-3][0-7]{2})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"} | {c: c for c in "\\'\"`?"}
_WORDS = {"true": True, "false": False, "null": None}
_INSTEAD_OF_WORDS = {"and": "&&", "or": "||", "not": "!", "AND": "&&", "OR": "||", "NOT": "!", "is": "=="}
_INSTEAD_OF_BOOLEANS = {"True": "true", "False": "false", "None": "null", "TRUE": "true", "FALSE": "false"}
_INSTEAD = {"=": "==", "&": "&&", "|": "||", ";": "one expression", "“": '"', "”": '"', "‘": "'", "’": "'"}
_INSTEAD |= {"≠": "!=", "≥": ">=", "≤": "<=", "×": "*", "÷": "/", "。": ".", "、": ",", "【": "[", "】": "]"}
_RELATIONS = ("==", "!=", "<=", ">=", "<", ">", "in")


def parse(text: str) -> Node:
    """Parse an expression. Raises SyntaxProblem."""
    if len(text) > MAX_CHARACTERS:
        raise SyntaxProblem(f"the expression has {len(text)} characters; at most {MAX_CHARACTERS} are read")
    return _Parser(text).whole()


class _Token(msgspec.Struct, frozen=True):
    kind: str
    text: str
    at: int


def _tokens(text: str) -> Iterator[_Token]:
    at, token = 0, re.compile(_TOKEN, re.VERBOSE | re.DOTALL)
    while at < len(text):
        found = token.match(text, at)
        if found is None:
            raise SyntaxProblem(_not_understood(text, at))
        kind = str(found.lastgroup)
        if kind != "space":
            yield _Token(kind, found[0], at)
        at = found.end()
    yield _Token("end", "", at)


def _not_understood(text: str, at: int) -> str:
    character = text[at]
    place = f"character {at + 1}"
    if character == "=" and text[max(0, at - 2) : at] in ("==", "!="):
        return f"{place}: {text[at - 2 : at + 1]} is no comparison; write {text[at - 2 : at]}"
    if character in "'\"":
        return f"{place}: the text that begins with {character} does not end"
    narrow = (
        chr(ord(character) - 0xFEE0) if "\uff01" <= character <= "\uff5e" else ""
    )  # full width, of a Chinese keyboard
    if narrow == "=":
        narrow = "=="
    instead = narrow or _INSTEAD.get(character, "")
    if instead:
        return f"{place}: {character} is not understood; write {instead}"
    if character.isdigit() or character.isalpha():
        return f"{place}: {text[at : at + 12]!r} is not understood; text has quotes"
    return f"{place}: {character!r} is not understood"


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0
        self._nodes = 0

    def whole(self) -> Node:
        if self._token.kind == "end":
            raise SyntaxProblem("the expression is empty")
        node = self._expression()
        if self._token.kind != "end":
            raise self._unexpected()
        return node

    @property
    def _token(self) -> _Token:
        return self._tokens[self._at]

    def _unexpected(self) -> SyntaxProblem:
        token = self._token
        if token.kind == "end":
            return SyntaxProblem("the expression ends too soon")
        place = f"character {token.at + 1}"
        if token.kind == "name" and token.text in _INSTEAD_OF_WORDS:
            return SyntaxProblem(f"{place}: {token.text} is no word of CEL; write {_INSTEAD_OF_WORDS[token.text]}")
        if token.text == ">" and self._at and self._tokens[self._at - 1].text == "<":
            return SyntaxProblem(f"{place}: <> is no comparison; write !=")
        if token.kind in ("name", "text", "number"):
            return SyntaxProblem(f"{place}: an operator is missing before {token.text}")
        return SyntaxProblem(f"{place}: {token.text} is not expected here")

    def _take(self, *texts: str) -> str:
        """Take the operator (or the word `in`) that comes next if it is one of these; else empty."""
        token = self._token
        if token.text in texts and (token.kind == "operator" or token.text == "in"):
            self._at += 1
            return token.text
        return ""

    def _want(self, text: str) -> None:
        if not self._take(text):
            raise self._unexpected()

    def _made(self, node: Node) -> Node:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise SyntaxProblem(f"the expression has more than {MAX_NODES} parts: split it with set:")
        return node

    def _expression(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise SyntaxProblem(f"nested more than {MAX_DEPTH} deep")
        node = self._or()
        if self._take("?"):
            then = self._or()
            self._want(":")
            node = self._made(Choice(node, then, self._expression()))
        self._depth -= 1
        return node

    def _or(self) -> Node:
        node = self._and()
        while operator := self._take("||"):
            node = self._made(Binary(operator, node, self._and()))
        return node

    def _and(self) -> Node:
        node = self._relation()
        while operator := self._take("&&"):
            node = self._made(Binary(operator, node, self._relation()))
        return node

    def _relation(self) -> Node:
        node = self._sum()
        while operator := self._take(*_RELATIONS):
            node = self._made(Binary(operator, node, self._sum()))
        return node

    def _sum(self) -> Node:
        node = self._product()
        while operator := self._take("+", "-"):
            node = self._made(Binary(operator, node, self._product()))
        return node

    def _product(self) -> Node:
        node = self._unary()
        while operator := self._take("*", "/", "%"):
            node = self._made(Binary(operator, node, self._unary()))
        return node

    def _unary(self) -> Node:
        operators: list[str] = []
        while operator := self._take("!", "-"):
            operators.append(operator)
        node = self._member()
        for operator in reversed(operators):
            node = self._made(Unary(operator, node))
        return node

    def _member(self) -> Node:
        node = self._primary()
        while True:
            if self._take("."):
                if self._token.kind != "name":
                    raise self._unexpected()
                name = self._token.text
                self._at += 1
                if self._take("("):
                    node = self._made(Call(name, node, self._until(")")))
                else:
                    node = self._made(Select(node, name))
            elif self._take("["):
                node = self._made(Index(node, self._expression()))
                self._want("]")
            else:
                return node

    def _primary(self) -> Node:
        token = self._token
        match token.kind:
            case "number":
                self._at += 1
                return self._made(Literal(_number(token.text)))
            case "text":
                self._at += 1
                return self._made(Literal(_text(token.text)))
            case "name" if token.text == "in" or token.text in _INSTEAD_OF_WORDS:
                raise self._unexpected()
            case "name" if token.text in _INSTEAD_OF_BOOLEANS:
                word = _INSTEAD_OF_BOOLEANS[token.text]
                raise SyntaxProblem(f"character {token.at + 1}: {token.text} is no word of CEL; write {word}")
            case "name":
                self._at += 1
                if token.text in _WORDS:
                    return self._made(Literal(_WORDS[token.text]))
                if self._take("("):
                    return self._made(Call(token.text, None, self._until(")")))
                return self._made(Name(token.text))
        if self._take("("):
            node = self._expression()
            self._want(")")
            return node
        if self._take("["):
            return self._made(Elements(self._until("]")))
        if self._take("{"):
            return self._made(Entries(self._entries()))
        raise self._unexpected()

    def _until(self, closing: str) -> tuple[Node, ...]:
        nodes: list[Node] = []
        while not self._take(closing):
            if nodes:
                self._want(",")
                if self._take(closing):
                    break
            nodes.append(self._expression())
        return tuple(nodes)

    def _entries(self) -> tuple[tuple[Node, Node], ...]:
        entries: list[tuple[Node, Node]] = []
        while not self._take("}"):
            if entries:
                self._want(",")
            key = self._expression()
            self._want(":")
            entries.append((key, self._expression()))
        return tuple(entries)


def _number(text: str) -> int | Decimal:
    if text[:2] in ("0x", "0X"):
        return int(text, 16)
    return int(text) if text.isdigit() else Decimal(text)


def _text(token: str) -> str:
    raw = token[0] in "rR"
    token = token[1:] if raw else token
    inside = token[3:-3] if token[:3] in ("'''", '"""') else token[1:-1]
    if raw:
        return inside

    def unescaped(found: re.Match[str]) -> str:
        digits, plain = found[1] or found[2] or found[3], found[5]
        if digits:
            return chr(min(int(digits, 16), 0x10FFFF))
        if found[4]:
            return chr(int(found[4], 8))
        if plain not in _ESCAPES:
            raise SyntaxProblem(f"\\{plain} in a text is no escape; a pattern is written r'…'")
        return _ESCAPES[plain]

    return _ESCAPE.sub(unescaped, inside)
