"""A gate for one command, beside the server or without it: of the published version, or of the folder as it is."""

from collections.abc import Collection

from calls.errors import BadInput
from dialer.scenes.approval import Standing
from dialer.scenes.book import governed, versions_of
from dialer.scenes.governing import Governed, with_scenes
from hotline.governing.approving import in_force
from hotline.governing.gate import Gate
from hotline.governing.number_file_lists import NumberFileLists
from hotline.governing.ports import Histories, MemoryPersons, Persons
from hotline.governing.published import InForce
from hotline.governing.site_lists import SiteLists
from hotline.governing.site_persons import site_persons
from hotline.governing.subjects import Subjects
from hotline.site.site import Site
from hotline.store import opening
from hotline.suppression.site_lists import lists_of
from hotline.versions.checking import Checked, check
from hotline.versions.zone_data import zone_data


def of_folder(site: Site) -> InForce:
    """What would decide if the folder were published as it is, and every scene of it approved. Raises BadInput, with
    all that is wrong."""
    return of_checked(check(site), site)


def of_checked(checked: Checked, site: Site) -> InForce:
    """As `of_folder`, of a folder that was checked already."""
    policy, book = checked.gate.policy, checked.gate.book
    if checked.errors or policy is None or checked.program is None:
        raise BadInput("\n".join(str(problem) for problem in checked.errors))
    versions = versions_of(book, {name: policy.scene_hash(name) for name in book.scenes})
    scenes = [governed(scene, versions[name]) for name, scene in book.scenes.items()]
    ruling = Governed(with_scenes(policy, book, scenes, zone_data()), versions, dict.fromkeys(book.scenes, Standing()))
    own = tuple(number for number in checked.program.entries if number != "default")
    return InForce(f"0000-{checked.source_hash[:8]}", book, ruling, "", own, checked.region, site.zone)


def local_gate(
    site: Site,
    *,
    draft: bool = False,
    at: float | None = None,
    histories: Histories | None = None,
    persons: Persons | None = None,
) -> Gate:
    """A gate that asks the site's files and store itself. `draft`: of the folder as it is, every scene approved.

    `at` is when the approvals are looked at. Raises BadInput, and OSError for a do-not-call file that cannot be read.
    """
    now = of_folder(site) if draft else in_force(site, at)
    subjects = site_subjects(site, now.region, now.own, persons)
    return Gate(lambda: now, lambda _: subjects, histories)


def site_subjects(site: Site, region: str, own: Collection[str], persons: Persons | None = None) -> Subjects:
    """What the site's files and store say of callees. Raises OSError for a do-not-call file that cannot be read."""
    file = NumberFileLists(site.do_not_call, region)
    file.refresh()
    stored = opening.is_of_today(site.database)  # else no server of this release has run here, and nothing is on a list
    lists = SiteLists(file, lambda: lists_of(site)) if stored else file
    known = persons or (site_persons(site.database) if stored else MemoryPersons())
    return Subjects(region, lists, known, own)
