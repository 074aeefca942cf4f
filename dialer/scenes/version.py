"""Versions of scenes: one hash of all that a call of the scene is made by."""

import hashlib
from typing import Any

import msgspec

from dialer.scenes.reading import Scene
from dialer.scenes.settings import MACHINES, NOT_IN_A_VERSION
from dialer.scenes.surroundings import Surroundings

_FORMAT = 1
_SHOWN = 16


def content_hash(scene: Scene, around: Surroundings) -> str:
    """The hash of its settings, its script, its hours, its notice and its numbers, as they are now."""
    settings = msgspec.to_builtins(scene.settings)
    pools = {number: [entry[number] for entry in around.pools.values() if number in entry] for number in scene.numbers}
    script = around.flows if scene.settings.channel in MACHINES else around.phrases
    content: dict[str, Any] = {
        "format": _FORMAT,
        "name": scene.name,
        "settings": {word: value for word, value in settings.items() if word not in NOT_IN_A_VERSION},
        "script": script.get(scene.settings.script, ""),
        "notice": around.phrases.get(scene.settings.notice, ""),
        "hours": around.hours.get(scene.settings.hours),
        "caller_ids": pools,
        "starts": scene.starts,
        "ends": scene.ends,
    }
    return _hash(content)


def version_of(content: str, policy: str) -> str:
    """The version of a scene with this content under a policy, both by their hashes: what is approved, and launched."""
    return _hash([content, policy])[:_SHOWN]


def _hash(value: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()
