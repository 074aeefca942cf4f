"""Scenes under their policy: which versions they have, and the policy that decides on their calls."""

from collections.abc import Iterable, Mapping

import msgspec

from dialer.governor.do_not_call import DoNotCall
from dialer.governor.policy import Policy
from dialer.governor.rule import Rule
from dialer.governor.scene import Scene
from dialer.scenes.approval import Approval, Standing
from dialer.scenes.book import Book, governed, scene_rules, standings, versions_of

DO_NOT_CALL = Rule(
    name="gate.do_not_call",
    layer="group",
    family="do_not_call",
    words=DoNotCall(("do_not_call", "group")),
    cite="whoever does not want to be called is not called",
    locked=True,
)
"""Holds at every site, whatever its policies say or forget to say."""


class Governed(msgspec.Struct, frozen=True):
    """The policy that decides, and each scene's version and standing."""

    policy: Policy
    versions: dict[str, str]
    standings: dict[str, Standing]


def with_scenes(policy: Policy, book: Book, scenes: Iterable[Scene], environment: str = "") -> Policy:
    """The policy with the rules that the scenes bring with them, for these scenes."""
    return Policy(
        (*policy.rules, *scene_rules(book).rules, DO_NOT_CALL),
        scenes,
        policy.pools,
        policy.exemptions,
        defer_at_most_s=policy.defer_at_most_s,
        environment=environment,
    )


def under_policy(
    base: Policy, book: Book, approvals: Mapping[str, Iterable[Approval]], now: float, environment: str = ""
) -> Governed:
    """The scenes of a book with their approvals as they are at `now` (UTC epoch seconds), under `base`.

    `base` was compiled for the scenes of this book, `environment` is what else changes decisions on this machine.
    """
    versions = versions_of(book, {name: base.scene_hash(name) for name in book.scenes})
    found = standings(book, versions, approvals, now)
    scenes = [governed(scene, versions[name], found[name]) for name, scene in book.scenes.items()]
    return Governed(with_scenes(base, book, scenes, environment), versions, found)


def on_trial(base: Policy, book: Book) -> Policy:
    """The policy for test cases: every scene is approved, and without dates."""
    scenes = [
        msgspec.structs.replace(governed(scene), approved_from=None, approved_until=None)
        for scene in book.scenes.values()
    ]
    return with_scenes(base, book, scenes)
