"""Housekeeping is what the server does by itself once in a while: retention, clocks of cases, reports and the like.

The upkeep asks each part once a second whether it is due.
"""

from collections.abc import Awaitable, Callable, Mapping

from dialer.campaigns.events import ListGrew
from hotline.campaigns.growing import GrownLists
from hotline.driver.clock import Clock
from hotline.driver.live import LiveDriver
from hotline.provisioning.port import Provisioning
from hotline.server import logs
from hotline.server.case_clocks import CaseClocks
from hotline.server.case_origins import CaseOrigins
from hotline.server.case_work import CaseWork
from hotline.server.controller import RunningController
from hotline.server.follow_ups import FollowUps
from hotline.server.gate import ServerGate
from hotline.server.health import Health
from hotline.server.lent_phones import LentPhones
from hotline.server.notice_tellers import NoticeTellers
from hotline.server.registrations import FailedRegistrations
from hotline.server.reports import ScheduledReports
from hotline.server.retention import Retention
from hotline.server.secrets import KeptSecrets
from hotline.server.thinning import Thinning
from hotline.server.transcribing import NightlyTranscripts
from hotline.site.secrets import SecretsWatch
from hotline.site.site import Site
from hotline.store.writer import Writer
from hotline.versions.store import Versions
from hotline.views.metrics import Metrics


class Housekeeping:
    """`steps` are by the name of what they look after. What they find amiss is a warning of `health`."""

    def __init__(
        self,
        site: Site,
        versions: Versions,
        writer: Writer,
        driver: LiveDriver,
        clock: Clock,
        health: Health,
        metrics: Metrics,
        provisioning: Mapping[str, Provisioning],
        gate: ServerGate,
        phones: LentPhones,
        tellers: NoticeTellers,
        controller: Callable[[], RunningController],
    ) -> None:
        """`controller` is asked from the first look on."""
        self._versions = versions
        self._driver = driver
        self._clock = clock
        self._phones = phones
        self._controller = controller
        self._reports = ScheduledReports(site)
        self._transcripts = NightlyTranscripts(site)
        self._secrets = KeptSecrets(SecretsWatch(site))
        alert = site.settings.failed_registrations_alert
        notice = driver.executor.execute  # of what the router does not see
        self._registrations = FailedRegistrations(provisioning, notice, metrics.failed_registrations, alert)
        self._retention = Retention(site.database, site.state, writer, site.settings.days_kept, site.sound_folders())
        self._thinning = Thinning(site.database, writer)
        self._clocks = CaseClocks(site.database, versions, tellers)
        self._case_work = CaseWork(site, versions, tellers)
        self._follow_ups = FollowUps(site.database, versions, tellers)
        self._origins = CaseOrigins(site, versions, tellers)
        self._grown = GrownLists(site.database, self._lists, lambda name: driver.take(ListGrew(name)))
        self._gate = gate
        health.also += [one.warnings for one in (self._secrets, self._registrations, self._retention, gate)]

    def steps(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """What is looked at, and by what."""
        return {
            "retention": lambda: self._retention.look(self._clock.now(), self._utc()),
            "cases": lambda: self._case_work.look(self._version, self._utc()),
            "origins of cases": lambda: self._origins.look(self._version, self._utc()),
            "clocks of cases": lambda: self._clocks.look(self._version, self._utc()),
            "follow-ups": lambda: self._follow_ups.look(self._version, self._utc()),
            "trend of waits": lambda: self._controller().sample_trend(),
            "old snapshots": lambda: self._thinning.look(self._clock.now()),
            "policy of outgoing calls": self._gate.look,
            "lists of people": self._grown.look,
            "reports": lambda: self._reports.look(self._clock.now(), self._utc()),
            "transcripts": lambda: self._transcripts.look(self._clock.now(), self._utc()),
            "secrets": self._secrets.look,
            "browsers' phones": self._look_at_phones,
            "failed registrations": lambda: self._registrations.look(self._clock.now()),
            "repeated lines of the log": logs.tell_left_out,
        }

    async def close(self) -> None:
        """End what goes on beside the loop."""
        await self._reports.close()
        await self._transcripts.close()

    @property
    def _version(self) -> str:
        return self._driver.router.register.version

    def _utc(self) -> float:
        return self._clock.now() + self._driver.router.register.offset_s

    def _lists(self) -> set[str]:
        """Lists that a campaign takes people from."""
        return {share.name for one in self._controller().campaigns().values() for share in one.lists}

    async def _look_at_phones(self) -> None:
        if self._version:
            await self._phones.look(self._versions.routing(self._version))
