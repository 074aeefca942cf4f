"""Routers for a replay: as the server makes them, by the versions and wait models that the site has kept."""

from acd.matching import Observer
from control.routing.assembly import make_router
from control.routing.router import Router
from hotline.journal.replaying import NewRouter
from hotline.learning.wait_models import WaitModels
from hotline.site.site import Site
from hotline.versions.directory import VersionedDirectory
from hotline.versions.store import Programs, Versions


def routers_of(site: Site, witness: Observer) -> NewRouter:
    """Makes new routers whose queues tell `witness` of each match.

    Such a router raises BadInput for a version, or a fit of the wait forecast, that the journal names and that has been
    deleted: it could not give the same commands without.
    """
    versions, models = Versions(site.versions), WaitModels(site.wait_models)

    def new_router() -> Router:
        return make_router(
            Programs(versions),
            versions.configuration,
            VersionedDirectory(versions),
            lambda name: models.load(name)[0],
            witness,
            campaigns=versions.campaigns,
        )

    return new_router
