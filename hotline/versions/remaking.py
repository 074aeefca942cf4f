"""Versions that another release wrote are written anew, from the sources that they were made of.

A call goes on by the version it began with, and the journal names it: so a controller of this release has to read what
one of another has published. Flows are read as they are, for their records only ever grow at the end. The rest, scenes,
campaigns and the like, is compiled again where it cannot be read.
"""

import structlog

from calls.errors import BadInput
from dialer.scenes.book import EMPTY
from hotline.site.site import Site
from hotline.versions.store import Versions

log = structlog.get_logger("hotline")


def bring_up_to_date(site: Site, versions: Versions) -> None:
    """Rewrite what cannot be read of any version. Raises BadInput where its sources are not right for this release."""
    for manifest in versions.all():
        if parts := versions.unreadable(manifest.version):
            versions.rewrite(manifest.version, _compiled(site, manifest.version, manifest.by, parts))
            log.info("a version of another release is read anew", version=manifest.version, parts=parts)


def _compiled(site: Site, version: str, publisher: str, parts: list[str]) -> dict[str, object]:
    from hotline.versions.checking import check  # a compiler, which no other start needs

    checked = check(Site(site.versions / version / "source", site.settings))
    if checked.errors or checked.routing is None:
        found = "\n".join(str(problem) for problem in checked.errors)
        raise BadInput(
            f"version {version} was published by another release, and this one can neither read its {', '.join(parts)} "
            f"nor make them of its sources:\n{found}\nGo back to that one, correct them, publish, and start this one"
        )
    compiled = {
        "people": checked.routing,
        "scenes": checked.gate.book.signed(EMPTY, publisher),
        "campaigns": dict(checked.campaigns.campaigns),
        "clocks": checked.clocks,
        "followups": checked.follow_ups,
    }
    return {part: compiled[part] for part in parts}
