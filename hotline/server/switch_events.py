"""Events of the switches are taken by the driver when they decide something; the state of each link is kept here."""

from calls.causes import DeviceState
from calls.events import AgentDeviceChanged, CallRinging, CommandDone, SwitchBack, SwitchEvent, SwitchLost
from calls.ids import LegId
from control.messages import events
from control.outgoing.contact_calls import ROLE as CONTACT
from hotline.driver.live import LiveDriver
from hotline.server.health import Health
from hotline.server.upkeep import Upkeep
from hotline.store.writer import Writer
from hotline.views.metrics import Metrics

_LOOKED_AT = frozenset({SwitchLost, SwitchBack, AgentDeviceChanged, CallRinging, CommandDone})
"""Events that the router does not take just as they come, or not at all."""


class SwitchEvents:
    """What the cell tells, until `close`."""

    def __init__(self, driver: LiveDriver, writer: Writer, health: Health, metrics: Metrics, upkeep: Upkeep) -> None:
        self._driver = driver
        self._writer = writer
        self._health = health
        self._metrics = metrics
        self._upkeep = upkeep
        self._reachable: dict[tuple[str, str], bool] = {}
        self._closed = False

    def close(self) -> None:
        """What comes from now on is dropped: that what was open failed with the link. The next controller goes on with
        what stands, and the commands that follow from these could not leave any more."""
        self._closed = True

    def told(self, event: SwitchEvent) -> None:
        """Take an event of a switch."""
        if self._closed:
            return
        if type(event) in _LOOKED_AT:
            self.take(event)
        else:
            self._driver.take(event)

    async def kept(self) -> bool:
        """Return True once what the switch told is on disk; False for the last of it, which is not taken."""
        if self._closed:
            return False
        await self._writer.durable(hurry=False)
        return True

    def take(self, event: events.RouterEvent) -> None:
        """Give the driver an event, of a switch or of a part beside it, if it is news."""
        match event:
            case SwitchLost() | SwitchBack():
                self._take_link(event)
            case AgentDeviceChanged() if self._is_news(event):
                self._driver.take(event)
            case CallRinging(leg) if self._is_contact(leg):
                self._driver.take(event)  # how fast a campaign dials goes by what rings
            case AgentDeviceChanged() | CallRinging() | CommandDone():
                pass  # it decides nothing, and need not cost a turn and a row of the journal
            case _:
                self._driver.take(event)

    def _take_link(self, event: SwitchLost | SwitchBack) -> None:
        self._health.switches[event.switch] = isinstance(event, SwitchBack)
        self._metrics.switch_up.labels(event.switch).set(self._health.switches[event.switch])
        if isinstance(event, SwitchBack) and event.restarted:
            self._upkeep.switch_restarted(event.switch)
        self._driver.take(event)
        self._driver.hold(not any(self._health.switches.values()))

    def _is_contact(self, leg: LegId) -> bool:
        known = self._driver.router.register.legs.get(leg)
        return known is not None and known.role == CONTACT

    def _is_news(self, event: AgentDeviceChanged) -> bool:
        """Of phones two things are news: whether they can be rung, and whether they are in a call that is not ours."""
        reachable = event.state is not DeviceState.UNREACHABLE
        seen = (event.node, event.device)
        known = self._reachable.get(seen)
        self._reachable[seen] = reachable
        return known is not reachable or self._driver.router.is_news(event)
