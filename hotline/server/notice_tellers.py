"""Those who carry notices are told that some were written: bus and mail, and each webhook that wants the kind."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from hotline.site.webhooks import WebhookSettings

Kind = Literal["clock", "notice"]
"""Events of webhooks by which notices go out."""


class NoticeTellers:
    """One for all steps of the upkeep that write notices."""

    def __init__(
        self,
        webhooks: Iterable[WebhookSettings],
        on_written: Callable[[str], None],
        others: Sequence[Callable[[], None]],
    ) -> None:
        """`on_written` is called with the name of each webhook that something was written for, `others` each time."""
        self._webhooks = tuple(webhooks)
        self._on_written = on_written
        self._others = others

    def webhooks(self, kind: Kind) -> list[str]:
        """Names of those that want this kind."""
        return [webhook.name for webhook in self._webhooks if kind in webhook.events]

    def tell(self, kind: Kind) -> None:
        """Notices of this kind were written."""
        for tell in self._others:
            tell()
        for webhook in self.webhooks(kind):
            self._on_written(webhook)
