"""Makes the link that a site's settings ask for. Only here is the extra `mqtt` needed, and only if they do."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from calls.dependencies import Dependency
from calls.errors import BadInput
from hotline.site.site import Site

if TYPE_CHECKING:
    from hotline.bus.link import Bus


def make_bus(site: Site, on_change: Callable[[bool], None], state: Dependency | None = None) -> "Bus | None":
    """The link to the site's broker, not started; None for a site without. Raises BadInput without the extra."""
    settings = site.settings.bus
    if settings is None:
        return None
    try:
        from hotline.bus.case_notices import CaseNotices, NoticesToPeople
        from hotline.bus.ended import EndedCalls
        from hotline.bus.link import Broker, Bus
    except ModuleNotFoundError as error:
        raise BadInput("hotline.yaml has `bus`: install hotline[mqtt], or leave `bus` out") from error
    broker = Broker(
        settings.host,
        settings.port,
        settings.prefix,
        settings.site or site.folder.name,
        settings.user,
        site.bus_password(),
        settings.tls,
    )
    ended = EndedCalls(site.database, site.state / "bus.mark")
    notices = CaseNotices(site.database, site.state / "bus-cases.mark")
    to_people = NoticesToPeople(site.database, site.state / "bus-notices.mark")
    return Bus(broker, ended, on_change, state, notices, to_people)
