"""The book of scenes: all that a published version of a site knows of its scenes, and how the governor gets them.

A book is data, kept in the version's folder; approvals are not in it, for they come and go while the version stays.
"""

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from dialer.governor.hours import CallingHours
from dialer.governor.obliging import Obliging
from dialer.governor.rule import PolicyFile, Rule
from dialer.governor.scene import Scene as GovernedScene
from dialer.governor.scope import Scope
from dialer.governor.sensitivity import Sensitivity
from dialer.scenes.approval import Approval, ApprovalRules, Standing, standing
from dialer.scenes.reading import Reading
from dialer.scenes.settings import Settings
from dialer.scenes.surroundings import Surroundings
from dialer.scenes.version import content_hash, version_of
from dsl.hours import Hours

POLICY = "scenes"
"""The name before those of the rules that scenes bring with them."""
_UNTRIED = Standing()


class BookedScene(msgspec.Struct, frozen=True, kw_only=True):
    """One scene of a published version."""

    name: str
    settings: Settings
    content: str
    """The hash of all that it is made of; with the policy's it is the scene's version."""
    published_by: str = ""
    """The user who first published this content."""
    numbers: tuple[str, ...] = ()
    """The caller ids that it may show, E.164."""
    starts: float | None = None
    ends: float | None = None


class Book(msgspec.Struct, frozen=True):
    """The scenes of a version, who approves them, and the hours that they name."""

    scenes: dict[str, BookedScene] = {}
    approvals: ApprovalRules = ApprovalRules()
    hours: dict[str, Hours] = {}

    def signed(self, before: "Book", publisher: str) -> "Book":
        """The book with the publisher of each scene: whoever first published it as it is now."""
        return msgspec.structs.replace(
            self,
            scenes={
                name: msgspec.structs.replace(
                    scene,
                    published_by=known.published_by
                    if (known := before.scenes.get(name)) is not None and known.content == scene.content
                    else publisher,
                )
                for name, scene in self.scenes.items()
            },
        )


EMPTY = Book()


def make_book(reading: Reading, around: Surroundings, rules: ApprovalRules) -> Book:
    """The book of what was read."""
    scenes = {
        name: BookedScene(
            name=name,
            settings=scene.settings,
            content=content_hash(scene, around),
            numbers=scene.numbers,
            starts=scene.starts,
            ends=scene.ends,
        )
        for name, scene in sorted(reading.scenes.items())
    }
    named = {scene.settings.hours for scene in scenes.values()} - {""}
    return Book(scenes, rules, {name: around.hours[name] for name in sorted(named) if name in around.hours})


def governed(scene: BookedScene, version: str = "", standing: Standing = _UNTRIED) -> GovernedScene:
    """The scene as the governor sees it, with what its approvals come to."""
    settings = scene.settings
    begins = [one for one in (scene.starts, standing.since) if one is not None]
    ends = [one for one in (scene.ends, standing.until) if one is not None]
    return GovernedScene(
        name=scene.name,
        category=settings.category,
        channel=settings.channel,
        product=settings.product,
        group=settings.group or settings.department,
        attributes=settings.attributes,
        allows=settings.allows,
        caller_ids=scene.numbers,
        version=version,
        refused=standing.refused,
        approved_from=max(begins, default=None),
        approved_until=min(ends, default=None),
    )


def scene_rules(book: Book) -> PolicyFile:
    """The rules that scenes bring with them: their own hours, notices, recording and ring. Scenes with the same words
    share one, so that thousands of scenes are a handful of rules."""
    by_hours: dict[str, list[str]] = {}
    by_calls: dict[Obliging, list[str]] = {}
    people_only: list[str] = []
    for name, scene in book.scenes.items():
        settings = scene.settings
        if settings.hours:
            by_hours.setdefault(settings.hours, []).append(name)
        if settings.human_only:
            people_only.append(name)
        oblige = Obliging(
            notice=settings.notice,
            record=settings.record,
            longest_ring=settings.ring.longest,
            least_ring=settings.ring.least,
        )
        if oblige != Obliging():
            by_calls.setdefault(oblige, []).append(name)
    rules = [
        Rule(
            name=f"{POLICY}.hours.{hours}",
            layer="scene",
            family="hours",
            words=CallingHours(book.hours[hours]),
            scopes=(Scope(scene=tuple(names)),),
            cite=f"dialplans/hours.yaml, {hours}",
        )
        for hours, names in sorted(by_hours.items())
    ]
    rules += [
        Rule(
            name=f"{POLICY}.calls.{hashlib.sha256(msgspec.json.encode(oblige)).hexdigest()[:8]}",
            layer="scene",
            family="oblige",
            words=None,
            scopes=(Scope(scene=tuple(names)),),
            oblige=oblige,
        )
        for oblige, names in by_calls.items()
    ]
    if people_only:
        rules.append(
            Rule(
                name=f"{POLICY}.people_only",
                layer="scene",
                family="sensitivity",
                words=Sensitivity(then="human_only"),
                scopes=(Scope(scene=tuple(people_only)),),
            )
        )
    return PolicyFile(name=POLICY, layer="scene", rules=tuple(rules))


def standings(
    book: Book, versions: Mapping[str, str], approvals: Mapping[str, Iterable[Approval]], now: float
) -> dict[str, Standing]:
    """What the approvals of every scene come to; `versions` are those of the scenes under today's policy."""
    return {
        name: standing(
            book.approvals,
            name,
            scene.settings,
            scene.published_by,
            versions[name],
            approvals.get(name, ()),
            now,
        )
        for name, scene in book.scenes.items()
    }


def versions_of(book: Book, policy_hashes: Mapping[str, str]) -> dict[str, str]:
    """The version of each scene, by the hash of the rules that can apply to it."""
    return {name: version_of(scene.content, policy_hashes[name]) for name, scene in book.scenes.items()}
