"""The site of site-47380d2/, unpacked; and a switch on which its calls go on."""

import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

from calls.ids import AttemptId, LegId
from hotline.site.site import Site
from hotline.store.retention import next_piece
from switch.fake import FakeSwitch, LoopTimeline
from switch.fake.state import Leg, Recorded, Talk
from tests.ports import free_port

RECORDED = Path(__file__).parent / "site-47380d2"
VERSION = "0002-f0846a88"
KILLED_AT = 1795977606.4
"""UTC epoch seconds."""
STORED, WRITTEN = 366, 376
"""Events in the store, and in the store and the write-ahead files."""
NEWEST_SNAPSHOT = 342

BOOKED = "hotline-1795977579.59"
TALKS = "hotline-1795977586.65"
WAIT = ("hotline-1795977599.71", "hotline-1795977600.72")
CAME_BACK = "hotline-1795977601.75"
IN_MENU = "hotline-1795977603.76"
KEYS_A_SECRET = "hotline-1795977604.77"
PLACES = {
    BOOKED: "booked",
    TALKS: "talking",
    **dict.fromkeys((*WAIT, CAME_BACK), "waiting"),
    **dict.fromkeys((IN_MENU, KEYS_A_SECRET), "menu"),
}
AGENTS_LEG = "offer-7-agent"
BRIDGE = "hotline-1795977586.65:54"


def unpack(folder: Path) -> Site:
    """The site below `folder`, its HTTP interface on a port that is free."""
    with tarfile.open(RECORDED / "site.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return Site.open(folder / "site").with_ports(ari=None, event_socket=None, web=free_port())


def forget(site: Site) -> None:
    """What came before the newest snapshot, as a server does once a day with what is old."""
    with closing(sqlite3.connect(site.database)) as connection, connection:
        while rows := next_piece(connection, "journal", KILLED_AT).rows:
            for statement, values in rows:
                connection.execute(statement, values)
        assert connection.execute("SELECT min(seq) FROM journal").fetchone() == (NEWEST_SNAPSHOT + 1,)
        assert connection.execute("SELECT seq FROM snapshots").fetchall() == [(NEWEST_SNAPSHOT,)]


def switch_of_then() -> FakeSwitch:
    """A switch with the legs that were there when the controller was killed."""
    switch = FakeSwitch(LoopTimeline())
    for call, place in PLACES.items():
        if place != "booked":
            leg = Leg(LegId(call), "13900001099", "95183", inbound=True, answered=True, music=place == "waiting")
            switch.legs[leg.id] = leg
    caller, agent, bridge = LegId(TALKS), LegId(AGENTS_LEG), AttemptId(BRIDGE)
    switch.legs[agent] = Leg(agent, "95183", "8002", inbound=False, device="8002", answered=True)
    switch.talks[bridge] = Talk(bridge, caller, agent, "recorded-then", 0.0, Recorded())
    for leg in (caller, agent):
        switch.legs[leg].talk = bridge
    return switch
