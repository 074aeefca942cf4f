"""Scenes compared with themselves: what a published scene has other than when it was approved last, line by line.

The version that an approver had before them is the one that new calls got at that instant. What is compared is what the
scene's version is made of: its settings, its hours, its script with all that it says, its notice, its numbers, and the
version of the policies.
"""

import difflib
import io
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import yaml

from calls.errors import BadInput
from dialer.scenes.approval import Approval
from dialer.scenes.book import BookedScene
from dialer.scenes.settings import MACHINES, NOT_IN_A_VERSION
from dsl.tree import SourceError, parse
from hotline.governing.approving import chosen, in_force
from hotline.site.site import Site
from hotline.store import approvals
from hotline.versions.store import Versions

_HOURS = "dialplans/hours.yaml"
_SETTINGS = "settings"


class ApprovedBefore(msgspec.Struct, frozen=True):
    """The last approval of another version of the scene."""

    version: str
    approver: str
    at: float
    """UTC epoch seconds."""
    reason: str
    published: str
    """The published version of the house that it was given under."""


class SceneDiff(msgspec.Struct, frozen=True):
    """What has changed in a scene. Without an approval of before, all of it is new."""

    scene: str
    version: str
    approved: ApprovedBefore | None
    changed: tuple[str, ...]
    """Words of its settings that are other."""
    policy: tuple[str, str]
    """The versions of the policies, before and now; the first is empty where nobody knows it."""
    lines: tuple[str, ...]
    """A unified diff, part by part: settings, hours, script, phrases, numbers."""
    trouble: str = ""
    """Why nothing can be compared; all of the scene is in `lines` then."""


def scene_diff(site: Site, scene: str) -> SceneDiff:
    """Compare a published scene with its last approval of another version. Raises BadInput for one that is not
    published."""
    now = in_force(site)
    (name, *_) = chosen(now, (scene,))
    version = "" if now.governed is None else now.governed.versions.get(name, "")
    versions = Versions(site.versions)
    after = _parts(versions, now.version, now.book.scenes[name])
    before: Mapping[str, str] = {}
    trouble, policy = "", ""
    approval = _last_of_another(site, name, version)
    approved = None
    if approval is not None:
        published = versions.at(approval.at) or ""
        approved = ApprovedBefore(approval.version, approval.approver, approval.at, approval.reason, published)
        try:
            policy = versions.manifest(published).policy
            was = versions.book(published).scenes.get(name)
            before = {} if was is None else _parts(versions, published, was)
        except BadInput as error:
            trouble = f"what was approved cannot be compared: {error}"
    return SceneDiff(
        name,
        version,
        approved,
        _changed(before.get(_SETTINGS, ""), after[_SETTINGS]),
        (policy, versions.manifest(now.version).policy),
        tuple(_lines(before, after)),
        trouble,
    )


def _last_of_another(site: Site, scene: str, version: str) -> Approval | None:
    if not site.database.exists():
        return None
    others = [one for one in approvals.approvals(site.database, scene) if one.version != version]
    return max(others, key=lambda one: one.at, default=None)


def _parts(versions: Versions, version: str, scene: BookedScene) -> dict[str, str]:
    """By name, the texts of all that the scene is made of, as a version of the house has them."""
    settings = scene.settings
    program = versions.program(version)
    parts = {_SETTINGS: _dump(msgspec.to_builtins(settings))}
    if scene.numbers:
        parts["numbers"] = _dump(list(scene.numbers))
    files = {f"dialplans/flows/{flow}.yaml": flow for flow in program.flows}
    prompts = [f"prompts/{language}.yaml" for language in program.languages]
    texts = versions.sources(version, (_HOURS, *files, *prompts))
    if settings.hours and _HOURS in texts:
        parts[f"hours {settings.hours}"] = _dump(_plain(texts[_HOURS], _HOURS).get(settings.hours))
    said = {word for word in (settings.script, settings.notice) if word}
    if settings.channel in MACHINES and settings.script:
        flows = {flow: (path, texts[path]) for path, flow in files.items() if path in texts}
        for flow in _behind(settings.script, flows):
            path, text = flows[flow]
            parts[path] = text
            said |= set(_words(_plain(text, path)))
    for path in prompts:
        phrases = {key: text for key, text in _plain(texts.get(path, ""), path).items() if key in said}
        if phrases:
            parts[path] = _dump(phrases)
    return parts


def _behind(first: str, flows: Mapping[str, tuple[str, str]]) -> list[str]:
    """The flow, and those that any step of it names, and so on."""
    found: dict[str, None] = {}
    waiting = [first]
    while waiting:
        flow = waiting.pop()
        if flow in found or flow not in flows:
            continue
        found[flow] = None
        path, text = flows[flow]
        waiting += [word for word in _words(_plain(text, path)) if word in flows]
    return sorted(found)


def _words(value: Any) -> Iterator[str]:
    """Every text that stands in a file as a value."""
    match value:
        case str():
            yield value
        case dict():
            for one in value.values():
                yield from _words(one)
        case list() | tuple():
            for one in value:
                yield from _words(one)
        case _:
            return


def _plain(text: str, path: str) -> dict[Any, Any]:
    try:
        plain = parse(text, path).plain() if text else {}
    except SourceError as error:
        raise BadInput(str(error)) from error
    return plain if isinstance(plain, dict) else {}


def _dump(value: Any) -> str:
    out = io.StringIO()
    yaml.safe_dump(value, out, allow_unicode=True, sort_keys=True, width=100)
    return out.getvalue()


def _changed(before: str, after: str) -> tuple[str, ...]:
    """Words of the settings that are other, of those that are part of a version."""
    was, becomes = yaml.safe_load(before) or {}, yaml.safe_load(after) or {}
    words = (word for word in was.keys() | becomes.keys() if was.get(word) != becomes.get(word))
    return tuple(sorted(word for word in words if word not in NOT_IN_A_VERSION))


def _lines(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for part in dict.fromkeys((*after, *before)):
        was, becomes = before.get(part, "").splitlines(), after.get(part, "").splitlines()
        yield from difflib.unified_diff(was, becomes, f"approved: {part}", f"published: {part}", lineterm="", n=2)
