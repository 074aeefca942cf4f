"""Phrasings put into dialplans/intents as admins wrote it: one line more, every comment and the order kept.

Pure but for `add`. A file that does not read as meant afterwards is left as it was.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from calls.errors import BadInput
from dsl.spelling import nearest_hint
from dsl.tree import Node, SourceError, parse
from hotline.site.site import Site
from hotline.versions.sources import read_files
from understanding.cases import CASES, NONE
from understanding.reading import INTENTS
from understanding.wording import plain

_PLAIN_WORDS = re.compile(r"[A-Za-z\u4e00-\u9fff][A-Za-z\u4e00-\u9fff0-9 ，。？！、]*")
_NO_TEXT = frozenset({"true", "false", "null"})
_LONGEST = 200


def add(site: Site, intent: str, sentence: str) -> Path:
    """Put a sentence among the other ways of asking for `intent`, or, for `none`, among those that mean none of them;
    the file that has it now. Raises BadInput where there is no such intent, or the sentence is there already."""
    sentence = " ".join(sentence.split())
    if not plain(sentence) or len(sentence) > _LONGEST:
        raise BadInput(f"a phrasing has 1 to {_LONGEST} characters, and a word among them")
    texts, paths = read_files(site)
    files = {path: text for path, text in texts.items() if path.startswith(INTENTS) and not path.startswith(CASES)}
    path, text = placed(files, intent, sentence)
    _write(paths[path], text)
    return paths[path]


def placed(files: Mapping[str, str], intent: str, sentence: str) -> tuple[str, str]:
    """The file (of `files`, texts by path) that gets the sentence, and its text then. Raises BadInput."""
    try:
        roots = {path: parse(text, path) for path, text in sorted(files.items())}
    except SourceError as error:
        raise BadInput(f"{error}; mend it first") from error
    intents = {name: path for path, root in roots.items() for name in _intents(root)}
    _must_be_new(roots, sentence)
    if intent == NONE:
        path = next((path for path, root in roots.items() if NONE in root.items), next(iter(roots), ""))
    else:
        path = intents.get(intent, "")
    if not path:
        hint = nearest_hint(intent, (*intents, NONE))
        raise BadInput(f"there is no intent {intent}{hint}; dialplans/intents has them")
    root, text = roots[path], files[path]
    if intent == NONE:
        changed = _with(text, root, NONE, sentence, before=next(iter(root.items), ""))
    else:
        changed = _with(text, root.find(("intents", intent)), "also", sentence, before="asks")
    _must_read(path, changed, root, intent, sentence)
    return path, changed


def _intents(root: Node) -> Mapping[str, Node]:
    inside = root.items.get("intents")
    return {} if inside is None else inside.items


def _must_be_new(roots: Mapping[str, Node], sentence: str) -> None:
    said = plain(sentence)
    for root in roots.values():
        for name, node in _intents(root).items():
            also = node.items["also"].children if "also" in node.items else ()
            for one in (*also, *(node.items[word] for word in ("asks",) if word in node.items)):
                if plain(one.text) == said:
                    raise BadInput(f"{sentence} is a sentence of {name} already: {one.mark}")
        for one in root.items[NONE].children if NONE in root.items else ():
            if plain(one.text) == said:
                raise BadInput(f"{sentence} stands among `none` already: {one.mark}")


def _with(text: str, node: Node, word: str, sentence: str, before: str) -> str:
    """The text with the sentence at the end of the list `word` of a mapping; without one, with a list of it alone
    before the entry `before`."""
    lines = text.splitlines(keepends=True)
    inside, quoted = node.items.get(word), _quoted(sentence)
    if inside is not None and inside.children:
        if _character(lines, inside) == "[":
            return _put(lines, inside.line, inside.column, f"{quoted}, ")
        last = inside.children[-1]
        dash = _dash(lines, last)
        end = last.line
        while end < len(lines) and _goes_on(lines[end], dash):
            end += 1
        if lines[end - 1] and not lines[end - 1].endswith("\n"):
            lines[end - 1] += "\n"
        lines.insert(end, f"{' ' * dash}- {quoted}\n")
        return "".join(lines)
    if inside is not None:
        raise BadInput(f"{inside.mark}: {word} is empty: take it out, and try again")
    if _character(lines, node) == "{":
        return _put(lines, node.line, node.column, f"{word}: [{quoted}], ")
    first = node.items.get(before)
    if first is None or first.key_mark is None:
        _unknown_place(node)
    indent = first.key_mark.column - 1
    added = f"{' ' * indent}{word}:\n{' ' * (indent + 2)}- {quoted}\n"
    if lines[first.key_mark.line - 1][:indent].strip():  # the entry begins its line
        _unknown_place(node)
    lines.insert(first.key_mark.line - 1, added)
    return "".join(lines)


def _unknown_place(node: Node) -> NoReturn:
    raise BadInput(f"{node.mark}: where it belongs in this file cannot be told: write it there yourself")


def _character(lines: list[str], node: Node) -> str:
    return lines[node.line - 1][node.column - 1 : node.column]


def _put(lines: list[str], line: int, column: int, added: str) -> str:
    """The text with words behind the bracket at a place."""
    there = lines[line - 1]
    lines[line - 1] = there[:column] + added + there[column:]
    return "".join(lines)


def _dash(lines: list[str], last: Node) -> int:
    """Column (from 0) of the dash before an entry of a list."""
    at = lines[last.line - 1].rfind("-", 0, last.column - 1)
    return at if at >= 0 else _unknown_place(last)


def _goes_on(line: str, dash: int) -> bool:
    """Whether a line is still of the entry that began before it."""
    return bool(line.strip()) and len(line) - len(line.lstrip(" ")) > dash and not line.lstrip().startswith("#")


def _quoted(sentence: str) -> str:
    if _PLAIN_WORDS.fullmatch(sentence) and sentence == sentence.strip() and sentence.casefold() not in _NO_TEXT:
        return sentence
    return json.dumps(sentence, ensure_ascii=False)


def _must_read(path: str, text: str, before: Node, intent: str, sentence: str) -> None:
    """Refuse a text that does not say all that it said, and the sentence."""
    try:
        now = parse(text, path).plain()
    except SourceError as error:
        raise BadInput(f"{error.file}: the sentence does not fit in: write it there yourself") from error
    wanted: Any = before.plain() or {}
    entry = wanted if intent == NONE else wanted["intents"][intent]
    word = NONE if intent == NONE else "also"
    ways: tuple[Callable[[list[str]], list[str]], ...] = (lambda old: [*old, sentence], lambda old: [sentence, *old])
    old = list(entry.get(word) or [])
    for way in ways:
        entry[word] = way(old)
        if wanted == now:
            return
    raise BadInput(f"{path}: the sentence does not fit in: write it there yourself")


def _write(path: Path, text: str) -> None:
    """Write a file as one: whoever reads it meanwhile has the old one."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.chmod(path.stat().st_mode & 0o777)
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise BadInput(f"{path}: {error.strerror}; nothing was changed") from error
