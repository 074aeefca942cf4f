"""Users in the store: added, changed and disabled, one name one person, one agent one person; and let in or not."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from calls.errors import BadInput
from hotline.people import entrance, passwords, users
from hotline.people.one_time_codes import code, step_of, written
from hotline.people.users import User
from hotline.store import opening

pytestmark = pytest.mark.unit

SECRET = b"12345678901234567890"
PASSWORD = "four words that nobody says"
NOW = 1_796_000_010.0


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with li, who has a password; made once, for both are slow."""
    path = tmp_path_factory.mktemp("people") / "hotline.db"
    opening.migrate(path)
    users.add(path, person("li"))
    users.set_password(path, "li", passwords.hashed(PASSWORD), 10.0)
    return path


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "hotline.db"))


def person(name: str, **more: object) -> User:
    return User(**{"name": name, "roles": ("handler",), "added_at": 5.0, "added_by": "root", **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("user", "said"),
    [
        (person(""), "is no name"),
        (person("Li"), "is no name"),
        (person("li na"), "is no name"),
        (person("l" * 33), "is no name"),
        (person("../x"), "is no name"),
        (person("li"), "li is there already"),
        (person("house"), "stands for no person"),
        (person("crm"), "stands for no person"),
        (person("wang", roles=()), "a role at least"),
        (person("wang", roles=("handlr",)), "there is no role handlr (did you mean handler?)"),
        (person("wang", roles=("machine",)), "there is no role machine"),
        (person("wang", title="a\nb"), "one line"),
        (person("wang", agent="9" * 65), "is no agent"),
    ],
)
def test_who_cannot_be_added(store: Path, user: User, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        users.add(store, user, ["crm"])
    assert said in str(refused.value)
    assert [one.name for one in users.users(store)] == ["li"]


def test_a_person_is_as_they_were_added_and_changed(store: Path) -> None:
    users.add(store, person("chen", title="Chen", roles=("agent", "supervisor"), agent="8001"))
    chen = users.named(store, "chen")
    assert (chen.title, chen.roles, chen.agent, chen.added_by) == ("Chen", ("agent", "supervisor"), "8001", "root")
    with pytest.raises(BadInput, match="chen is agent 8001"):
        users.set_agent(store, "li", "8001")
    with pytest.raises(BadInput, match="chen is agent 8001"):
        users.add(store, person("wang", agent="8001"))
    users.set_agent(store, "chen", "")
    users.set_agent(store, "li", "8001")
    users.set_roles(store, "chen", ["lead", "lead"])
    assert (users.named(store, "chen").roles, users.named(store, "li").agent) == (("lead",), "8001")
    with pytest.raises(BadInput, match="did you mean chen"):
        users.named(store, "chne")


def test_nothing_that_is_shown_has_the_hash_or_the_secret(store: Path) -> None:
    users.set_code(store, "li", written(SECRET), 20.0)
    li = users.named(store, "li")
    shown = f"{li} {li.as_data()}"
    assert li.password not in shown
    assert li.code not in shown
    assert (li.as_data()["has_password"], li.as_data()["has_code"]) == (True, True)


def test_disabled_and_let_in_again(store: Path) -> None:
    with pytest.raises(BadInput, match="say why"):
        users.disable(store, "li", "root", " ", 30.0)
    users.disable(store, "li", "root", "left", 30.0)
    assert users.may_sign_in(store, "li") is None
    li = users.named(store, "li")
    assert (li.disabled_at, li.disabled_by, li.disabled_why, li.sessions_from) == (30.0, "root", "left", 30.0)
    with pytest.raises(BadInput, match="disabled already"):
        users.disable(store, "li", "root", "left", 31.0)
    with pytest.raises(BadInput, match="is there already, or was"):
        users.add(store, person("li"))
    users.enable(store, "li")
    assert users.may_sign_in(store, "li") is not None
    with pytest.raises(BadInput, match="is not disabled"):
        users.enable(store, "li")


def test_a_role_of_another_release_counts_for_nothing(store: Path) -> None:
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("UPDATE users SET roles = ?", ('["handler", "emperor"]',))
    assert users.named(store, "li").roles == ("handler",)


@pytest.mark.parametrize("broken", ["no JSON", "7"])
def test_a_row_that_cannot_be_read_lets_nobody_in(store: Path, broken: str) -> None:
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("UPDATE users SET roles = ?", (broken,))
    assert users.may_sign_in(store, "li") is None


def test_without_a_store_nobody_is_let_in(tmp_path: Path) -> None:
    assert users.may_sign_in(tmp_path / "none.db", "li") is None
    with pytest.raises(BadInput, match="hotline serve"):
        users.users(tmp_path / "none.db")


@pytest.mark.parametrize(
    ("name", "password", "refusal"),
    [
        ("li", PASSWORD, ""),
        ("li", PASSWORD + " ", "refused"),
        ("li", "", "refused"),
        ("wang", PASSWORD, "refused"),
        ("", "", "refused"),
    ],
)
def test_who_is_let_in(store: Path, name: str, password: str, refusal: str) -> None:
    answer = entrance.let_in(store, name, password, "", NOW)
    assert (answer.refusal, answer.user is None) == (refusal, bool(refusal))
    assert users.named(store, "li").signed_in_at == (None if refusal else NOW)


def test_a_disabled_one_and_one_without_a_password_are_not(store: Path) -> None:
    users.add(store, person("wang"))
    assert entrance.let_in(store, "wang", "", "", NOW).refusal == "refused"
    users.disable(store, "li", "root", "left", 30.0)
    assert entrance.let_in(store, "li", PASSWORD, "", NOW).refusal == "refused"


def test_a_code_is_asked_for_and_used_up(store: Path) -> None:
    users.set_code(store, "li", written(SECRET), 20.0)
    given = code(SECRET, step_of(NOW))
    assert entrance.let_in(store, "li", PASSWORD, "", NOW).refusal == "code"
    assert entrance.let_in(store, "li", "wrong", given, NOW).refusal == "refused"
    assert entrance.let_in(store, "li", PASSWORD, given, NOW).refusal == ""
    assert entrance.let_in(store, "li", PASSWORD, given, NOW).refusal == "code"
    assert users.use_code(store, "li", written(SECRET), step_of(NOW)) is False
    users.set_code(store, "li", "", 40.0)
    assert entrance.let_in(store, "li", PASSWORD, "", NOW).refusal == ""


@pytest.mark.usefixtures("true_hashes")
def test_a_dated_hash_is_made_anew_and_a_broken_one_fits_nothing(store: Path) -> None:
    import argon2

    users.set_password(store, "li", argon2.PasswordHasher(1, 1024, 1).hash(PASSWORD), 20.0)
    assert entrance.let_in(store, "li", PASSWORD, "", NOW).refusal == ""
    made = users.named(store, "li").password
    assert made.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert entrance.let_in(store, "li", PASSWORD, "", NOW).refusal == ""
    assert users.named(store, "li").password == made
    users.set_password(store, "li", "$argon2id$broken", 20.0)
    assert entrance.let_in(store, "li", PASSWORD, "", NOW).refusal == "refused"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (PASSWORD, "another four words, said once", ""),
        (None, "another four words, said once", ""),
        ("wrong", "another four words, said once", "is another one"),
        ("", "another four words, said once", "is another one"),
        (PASSWORD, PASSWORD, "it is the password until now"),
        (PASSWORD, "short", "12 to 128 characters"),
    ],
)
def test_ones_own_password(store: Path, old: str | None, new: str, said: str) -> None:
    answer = entrance.change_password(store, users.named(store, "li"), old, new, NOW)
    assert said in answer
    assert bool(answer) == bool(said)
    li = users.named(store, "li")
    assert passwords.fits(li.password, PASSWORD if said else new)
    assert li.sessions_from == (10.0 if said else NOW)
