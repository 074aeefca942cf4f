"""A controller that is killed at any instant: what it was handed and had not heard of is handed out again, and nothing
twice."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.unit.hotline.campaigns.stores import Campaign, import_people

pytestmark = pytest.mark.unit

_CONTROLLER = """
import asyncio, os, sys
from pathlib import Path
from dialer.campaigns.commands import Fetch
from hotline.campaigns.fetching import Fetching
from hotline.store.writer import Writer

async def run(store, heard):
    writer = Writer(store, lambda trouble: None)
    fetching = Fetching(store, writer, lambda: 0.0)
    for count in range(1000):
        found = await fetching.fetch(Fetch("calls", f"fetch-{count}", "spring", "listed", 3))
        os.write(heard, "".join(f"{one.person}\\n" for one in found.contacts).encode() + b"-\\n")

asyncio.run(run(Path(sys.argv[1]), os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND)))
"""


@pytest.mark.parametrize("after_s", [0.0, 0.005, 0.017])
def test_nobody_is_handed_out_twice_or_lost(store: Path, tmp_path: Path, after_s: float) -> None:
    import_people(store, [(f"C{place}", place) for place in range(600)])
    heard = tmp_path / "heard"
    controller = subprocess.Popen([sys.executable, "-c", _CONTROLLER, str(store), str(heard)])
    try:
        until = time.monotonic() + 20
        while not heard.exists() or not heard.stat().st_size:
            assert time.monotonic() < until
            assert controller.poll() is None
            time.sleep(0.002)
        time.sleep(after_s)
    finally:
        controller.send_signal(signal.SIGKILL)
        controller.wait()
    told = heard.read_text()
    people = told.replace("-\n", "").split()
    campaign = Campaign(store)
    count = told.count("-\n")  # the journal has the answers up to here; the next fetch is open, and asked again
    while found := campaign.fetch(100, again=f"fetch-{count}").contacts:
        people += [contact.person for contact in found]
        count += 1
        assert count <= 600
    assert sorted(people) == sorted(f"C{place}" for place in range(600))
