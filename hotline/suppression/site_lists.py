"""The lists of a site: where they are, and the secret by which others' numbers are read."""

from pathlib import Path

from calls.errors import BadInput
from hotline.site.sharing import SharingSettings
from hotline.site.site import Site
from hotline.suppression.keyed_hashes import NumberHashes
from hotline.suppression.lists import Lists


def folder_of(site: Site) -> Path:
    """Where the numbers of imports are."""
    return site.state / "suppression"


def lists_of(site: Site) -> Lists:
    """All lists of the site, those of other sites too. Raises BadInput."""
    folder_of(site).mkdir(parents=True, exist_ok=True, mode=0o700)
    sharing = site.settings.sharing
    return Lists(site.database, folder_of(site), None if sharing is None else hashes_of(site)[1])


def hashes_of(site: Site) -> tuple[SharingSettings, NumberHashes]:
    """How the site shares. Raises BadInput for one that does not, or lacks the secret."""
    sharing = site.settings.sharing
    if sharing is None:
        raise BadInput("this site shares with nobody: hotline.yaml needs `sharing: {site: NAME}`")
    return sharing, NumberHashes(sharing.secret(site.folder, site.state))
