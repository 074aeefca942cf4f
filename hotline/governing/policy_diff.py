"""Policies compared: which rules, exceptions and pools are new, gone or other, and the lines of their files."""

import difflib
from collections.abc import Mapping
from typing import Any

import msgspec

from calls.errors import BadInput
from dialer.scenes.approval import APPROVALS
from dsl.tree import SourceError, parse

_PARTS = ("rules", "exceptions", "pools")
"""Words of a policy whose entries have names of their own."""


class PolicyDiff(msgspec.Struct, frozen=True):
    """What a policy changes. Entries are named `POLICY.WORD.NAME`, `POLICY.WORD`, or `approvals.WORD`."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    lines: tuple[str, ...]
    """A unified diff, file by file."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing that decides is other."""
        return not (self.added or self.removed or self.changed)


def diff(before: Mapping[str, str], after: Mapping[str, str]) -> PolicyDiff:
    """What `after` changes, both the texts of policies' files by path. Raises BadInput for one that cannot be read."""
    old, new = _entries(before), _entries(after)
    lines: list[str] = []
    for path in sorted({*before, *after}):
        was, becomes = before.get(path, "").splitlines(), after.get(path, "").splitlines()
        lines += difflib.unified_diff(was, becomes, f"rules: {path}", f"waits: {path}", lineterm="", n=2)
    return PolicyDiff(
        tuple(sorted(new.keys() - old.keys())),
        tuple(sorted(old.keys() - new.keys())),
        tuple(sorted(name for name in old.keys() & new.keys() if old[name] != new[name])),
        tuple(lines),
    )


def _entries(sources: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path, text in sources.items():
        try:
            said = parse(text, path).plain()
        except SourceError as error:
            raise BadInput(str(error)) from error
        if not isinstance(said, dict):
            continue
        name = "approvals" if path == APPROVALS else str(said.get("policy"))
        for word, value in said.items():
            if word in _PARTS and isinstance(value, dict) and path != APPROVALS:
                found |= {f"{name}.{word}.{entry}": inside for entry, inside in value.items()}
            else:
                found[f"{name}.{word}"] = value
    return found
