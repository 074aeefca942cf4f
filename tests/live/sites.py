"""Houses of the live tests on each real switch: Asterisk, and FreeSWITCH where its program is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from switch.asterisk.instance.installation import locate_or_install
from tests.live.freeswitch_site import FreeSwitchSite
from tests.live.live_site import LiveSite


def site_on(switch: str, folder: Path, settings: Mapping[str, Any] | None = None) -> LiveSite:
    """A house on one of `tests.live.rigs.SWITCHES`, not started; `settings` go into hotline.yaml."""
    if switch == "freeswitch":
        return FreeSwitchSite(folder, None, settings)
    return LiveSite(folder, locate_or_install(), settings)
