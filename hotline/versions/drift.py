"""Drift: whether the folder that admins edit is the same as the version that runs, ahead of it, or broken."""

import structlog

from calls.errors import BadInput
from hotline.site.site import Site
from hotline.versions.sources import hash_of, read_files
from hotline.versions.store import Versions

log = structlog.get_logger("hotline")


def warn_of_drift(site: Site, versions: Versions) -> None:
    """Log a warning where the folder has moved on or is broken. It is no error: the last good version runs."""
    current = versions.current() or ""
    try:
        settings = site.settings
        if hash_of(read_files(site)[0], settings.region, settings.zone) == versions.manifest(current).source_hash:
            return
        from hotline.versions.checking import check  # the compiler: a start does without

        checked = check(site)
    except BadInput as error:
        log.warning("the folder cannot be read", error=str(error), advice=f"version {current} runs")
        return
    if checked.errors:
        advice = f"version {current} runs, the last good one; mend the folder and publish"
        errors = [str(problem) for problem in checked.errors[:5]]
        log.warning("the folder has errors", errors=errors, more=len(checked.errors) - len(errors), advice=advice)
    else:
        log.warning("the folder has moved on", advice=f"version {current} runs; `hotline publish` makes it live")
