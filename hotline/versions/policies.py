"""Policies of a published version, compiled again from their texts: a start does it without the compiler of flows."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from calls.errors import BadInput
from dialer.governor.compiling import compile_policy
from dialer.governor.policy import Policy
from dialer.scenes.book import Book, governed
from dsl.tree import SourceError, parse
from hotline.versions.policy_presets import presets

POLICIES = "dialplans/policies/"


def is_policy_file(path: str) -> bool:
    """Whether the file, by its path from the site's folder, is a policy."""
    return path.startswith(POLICIES) and path.endswith(".yaml")


def compiled_again(sources: Mapping[str, str], book: Book, zone: ZoneInfo) -> Policy:
    """The policy of a published version, from its policies' texts by path. Raises BadInput where this release does not
    read them as the one did that published them."""
    try:
        roots = {path: parse(text, path) for path, text in sources.items() if is_policy_file(path)}
    except SourceError as error:
        raise BadInput(str(error)) from error
    scenes = [governed(scene) for scene in book.scenes.values()]
    compiled = compile_policy(roots, presets(), scenes, zone=zone.key)
    if compiled.policy is None:
        raise BadInput("\n".join(str(problem) for problem in compiled.errors))
    return compiled.policy
