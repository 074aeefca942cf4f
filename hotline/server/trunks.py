"""Trunks of the version that holds: put in force at each switch, and told when one goes down or is up again."""

from collections.abc import Callable, Iterable, Mapping

import structlog

from calls.errors import HotlineError
from calls.ids import Instant
from control.messages.events import TrunksChanged
from hotline.provisioning.port import Provisioning
from hotline.server.health import Health
from hotline.versions.store import Versions
from hotline.versions.trunks import TRUNKS, uncarried
from switch.trunk_lines import TrunkLines

log = structlog.get_logger("hotline")

_EVERY_S = 3.0


class Trunks:
    """Keeps `lines` as the version and the switches say. A step of the server's upkeep."""

    def __init__(
        self,
        lines: TrunkLines,
        versions: Versions,
        provisioning: Mapping[str, Provisioning],
        health: Health,
        take: Callable[[TrunksChanged], None],
        down: Iterable[str] = (),
    ) -> None:
        """`take` is told when other trunks are down than were before: at first, than `down`."""
        self._lines = lines
        self._versions = versions
        self._provisioning = provisioning
        self._health = health
        self._take = take
        self._look_at: Instant = 0.0
        self._told = tuple(down)
        self._troubles: dict[str, str] = {}
        health.trunks = lines.down

    def take_up(self, version: str, *, standing: bool = False) -> None:
        """This version's trunks are put in force with the next look; what calls out and finds none is told.

        `standing`: the switches have them since the controller before, so they are chosen among at once.
        """
        self._look_at = 0.0
        if not version:
            return
        try:
            routing, program = self._versions.routing(version), self._versions.program(version)
        except HotlineError:
            return  # the version is told as one that cannot be read
        if standing:
            self._lines.use(routing.trunks, program.region)
        if missing := uncarried(program, routing):
            advice = f"name a trunk in {TRUNKS}, or start the switch with --gateway; docs/trunks.md"
            log.warning("no trunk carries what calls out", what=missing, advice=advice)

    async def look(self, version: str, now: Instant) -> None:
        """Every few seconds: write what has changed, and ask each switch for the state of its gateways."""
        if now < self._look_at or not version:
            return
        self._look_at = now + _EVERY_S
        routing = self._versions.routing(version)
        taken, heard = True, False
        for switch, provisioning in self._provisioning.items():
            if not self._health.switches[switch]:
                continue
            try:
                seen = await provisioning.keep_trunks(routing.trunks, routing.tls)
            except (HotlineError, OSError, ValueError) as error:
                self._trouble(switch, str(error))
                taken = False
                continue
            self._trouble(switch, "")
            for name, down in self._lines.see(switch, seen):
                self._tell(name, down)
            heard = True
        if heard:
            self._tell_router()
        if taken:  # only now: before, a call by a new one would fail
            self._lines.use(routing.trunks, self._versions.region(version))

    def _tell_router(self) -> None:
        """So that no agent's phone rings for a call that cannot leave the house."""
        down = tuple(name for name, state in self._lines.states().items() if state.down)
        if down != self._told:
            self._told = down
            self._take(TrunksChanged(down))

    def _tell(self, name: str, down: bool) -> None:
        if down:
            (why,) = (told for told in self._lines.down() if told.startswith(f"trunk {name} "))
            advice = "calls go by the next trunk that carries them; hotline trunks, docs/trunks.md"
            log.error("trunk down", trunk=name, detail=why, advice=advice)
        else:
            log.info("trunk up", trunk=name)

    def _trouble(self, switch: str, trouble: str) -> None:
        if trouble and trouble != self._troubles.get(switch):
            advice = "its trunks are as before; it is tried again by itself"
            log.error("the switch did not take its trunks", switch=switch, error=trouble, advice=advice)
        self._troubles[switch] = trouble
