"""An import that is killed in the middle: nobody sees half a list, and the next import takes out what it left."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hotline.contacts import stored
from hotline.contacts.importing import Wanted, import_list
from tests.unit.hotline.contacts.importing_lists import rows

pytestmark = pytest.mark.unit

_KILLED = """
import os, signal, sys
from pathlib import Path
from hotline.contacts.importing import Wanted, import_list
def killed(read, share):
    if read >= 3000:
        os.kill(os.getpid(), signal.SIGKILL)
import_list(Path(sys.argv[1]), Path(sys.argv[2]), Wanted(sys.argv[3], "CN", "lin", replace=True), killed)
"""


@pytest.mark.parametrize("name", ["spring", "autumn"])
def test_half_a_list_is_seen_by_nobody_and_taken_out(store: Path, name: str) -> None:
    path = store.with_name("list.csv")
    path.write_text("手机\n13800138000\n", encoding="utf-8")
    import_list(store, path, Wanted("spring", "CN", "lin"))
    path.write_text("手机\n" + "".join(f"{13_000_000_000 + count}\n" for count in range(5_000)), encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", _KILLED, str(store), str(path), name], check=False)
    assert done.returncode == -signal.SIGKILL
    assert rows(store, "SELECT count(*) FROM contacts") == [(3_001,)], "it was in the middle"
    (seen,) = stored.lists(store)
    assert (seen.name, seen.contacts) == ("spring", 1)
    assert [one.row for one in stored.people(store, seen.id, 10)] == [2]
    import_list(store, path, Wanted(name, "CN", "lin", replace=True))
    counts = {one.name: one.contacts for one in stored.lists(store)}
    assert counts == {"spring": 1, "autumn": 5_000} if name == "autumn" else counts == {"spring": 5_000}
    assert rows(store, "SELECT count(*) FROM contacts") == [(sum(counts.values()),)]
    assert rows(store, "SELECT count(*) FROM contact_numbers") == [(sum(counts.values()),)]
