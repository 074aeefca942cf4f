"""The roster: what a request sees at once, an open wire sees a second later; without a store nobody is there."""

from pathlib import Path

import pytest

from hotline.people import users
from hotline.people.roster import Roster
from hotline.people.users import User
from hotline.store import opening

pytestmark = pytest.mark.unit


def test_a_wire_sees_it_a_second_later(tmp_path: Path) -> None:
    now = [100.0]
    database = tmp_path / "hotline.db"
    opening.migrate(database)
    users.add(database, User(name="li", roles=("handler",), added_at=1.0, added_by="root"))
    known = Roster(database, lambda: now[0])
    assert known.now("li") == known.lately("li") is not None
    users.disable(database, "li", "root", "left", 2.0)
    assert known.now("li") is None
    now[0] += 0.9
    assert known.lately("li") is not None
    now[0] += 0.2
    assert known.lately("li") is None
    users.enable(database, "li")
    now[0] += 1.0
    assert known.lately("li") is not None
    database.unlink()
    now[0] += 1.0
    assert known.lately("li") is known.now("li") is None
