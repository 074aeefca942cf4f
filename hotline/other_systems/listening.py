"""Listening to the source of a site: its account read, and the library loaded, when the link is made."""

import importlib
from collections.abc import Callable

from calls.errors import BadInput
from hotline.other_systems.dials import Event
from hotline.other_systems.watching import Listen
from hotline.site.site import Site


def listening(site: Site, name: str) -> Listen:
    """How the source is listened to. Raises, once it is called, BadInput where the secret or the library is missing."""
    watch = site.settings.sources[name].watch
    assert watch is not None  # a source without it is not listened to

    async def listen(hear: Callable[[Event], None], up: Callable[[], None]) -> None:
        try:
            link = importlib.import_module("hotline.other_systems.manager_link")
        except ImportError as error:
            raise BadInput("watching an Asterisk needs a package: pip install 'hotline[watch]'") from error
        await link.watch(watch, watch.password(site.folder, site.state, name), hear, up)

    return listen
