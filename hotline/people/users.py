"""Users in the store: who signs in, with which roles. Written by `hotline people`, read by the server at each request.

A change is durable when it returns and holds from the next request on, while the server runs. Instants are UTC epoch
seconds.
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from calls.errors import BadInput
from dsl.spelling import nearest_hint
from hotline.people.roles import OF_PEOPLE, Role
from hotline.store import opening
from hotline.store.opening import must_be_of_today
from hotline.store.transactions import writing

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_RESERVED = frozenset({"house", "site", "machine", "wallboard", "caller", "person", "web"})
"""Names that stand for no person in logs and rules."""
_LONGEST_TITLE, _LONGEST_AGENT = 64, 64


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A person of the house who may sign in."""

    name: str
    title: str = ""
    roles: tuple[Role, ...]
    agent: str = ""
    """The agent of agents.yaml who they are; empty: none."""
    password: str = ""
    """The hash; empty: they sign in by links only."""
    code: str = ""
    """The secret of their one-time codes; empty: none is asked of them."""
    code_step: int = 0
    """The step of the last code that was used."""
    sessions_from: float = 0.0
    """Sessions that began before are over."""
    subject: str = ""
    """Their account of the house's directory, `ISSUER SUB`; empty: none was bound yet."""
    added_at: float
    added_by: str
    signed_in_at: float | None = None
    disabled_at: float | None = None
    disabled_by: str = ""
    disabled_why: str = ""

    def __repr__(self) -> str:
        """Without the hash and the secret: what is printed may be kept."""
        return f"User({self.name!r}, roles={self.roles!r})"

    def as_data(self) -> dict[str, Any]:
        """The user for people and machines, without the hash and the secret."""
        return {
            **{"person": self.name, "title": self.title, "roles": list(self.roles), "agent": self.agent},
            **{"has_password": bool(self.password), "has_code": bool(self.code)},
            **{"has_directory": bool(self.subject)},
            **{"added_at": self.added_at, "added_by": self.added_by, "signed_in_at": self.signed_in_at},
            **{"disabled_at": self.disabled_at, "disabled_by": self.disabled_by, "disabled_why": self.disabled_why},
        }


_FIELDS = User.__struct_fields__
_COLUMNS = ", ".join(_FIELDS)


def users(database: Path) -> list[User]:
    """All of them, by name; disabled ones, too. Raises BadInput for a store that no server of today has opened."""
    must_be_of_today(database)
    try:
        with closing(opening.to_read(database)) as connection:
            return [_user(row) for row in connection.execute(f"SELECT {_COLUMNS} FROM users ORDER BY name")]
    except (sqlite3.Error, ValueError) as error:
        raise BadInput(f"{database}: {error}; the people cannot be read") from error


def may_sign_in(database: Path, name: str) -> User | None:
    """The user of this name; None for nobody, for a disabled one, and where the store cannot be read: that denies."""
    user = find(database, name)
    return None if user is None or user.disabled_at is not None else user


def find(database: Path, name: str) -> User | None:
    """The user of this name, a disabled one, too; None for nobody, and where the store cannot be read."""
    try:
        with closing(opening.to_read(database)) as connection:
            row = connection.execute(f"SELECT {_COLUMNS} FROM users WHERE name = ?", (name,)).fetchone()
        return None if row is None else _user(row)
    except (sqlite3.Error, ValueError):
        return None


def of_subject(database: Path, subject: str) -> User | None:
    """The user whose account of the house's directory this is, a disabled one, too; None for nobody, and where the
    store cannot be read."""
    try:
        with closing(opening.to_read(database)) as connection:
            row = connection.execute(f"SELECT {_COLUMNS} FROM users WHERE subject = ?", (subject,)).fetchone()
        return None if row is None or not subject else _user(row)
    except (sqlite3.Error, ValueError):
        return None


def agent_of(connection: sqlite3.Connection, name: str) -> str:
    """The agent who this person is; empty: none, or nobody's name."""
    row = connection.execute("SELECT agent FROM users WHERE name = ?", (name,)).fetchone()
    return "" if row is None else str(row[0])


def named(database: Path, name: str) -> User:
    """The user of this name, a disabled one, too. Raises BadInput with the nearest for nobody."""
    found = {user.name: user for user in users(database)}
    if name not in found:
        raise BadInput(f"there is no person {name[:40]}{nearest_hint(name, found)}; hotline people list has them all")
    return found[name]


def add(database: Path, user: User, also_taken: Iterable[str] = ()) -> None:
    """Add a user. Raises BadInput for a name that is none, that somebody has or had, or that is of `also_taken`."""
    if not _NAME.fullmatch(user.name):
        raise BadInput(f"{user.name[:40]!r} is no name: small letters, digits, '.', '_' and '-', at most 32")
    if user.name in _RESERVED or user.name in frozenset(also_taken):
        raise BadInput(f"{user.name} stands for no person in logs and rules: take another name")
    if len(user.title) > _LONGEST_TITLE or any(sign in user.title for sign in "\r\n\t"):
        raise BadInput(f"the title is one line of at most {_LONGEST_TITLE} characters")
    checked_roles(user.roles)
    values = msgspec.structs.astuple(msgspec.structs.replace(user, roles=()))
    row = dict(zip(_FIELDS, values, strict=True)) | {"roles": json.dumps(user.roles)}
    marks = ", ".join("?" for _ in _FIELDS)
    with writing(database) as connection:
        if connection.execute("SELECT 1 FROM users WHERE name = ?", (user.name,)).fetchone() is not None:
            raise BadInput(f"{user.name} is there already, or was: a name stays one person's")
        _unshared(connection, user.name, user.agent)
        connection.execute(f"INSERT INTO users ({_COLUMNS}) VALUES ({marks})", [row[name] for name in _FIELDS])


def checked_roles(roles: Sequence[str]) -> tuple[Role, ...]:
    """The roles, each once. Raises BadInput for none, and for a word that is no role of people."""
    if not roles:
        raise BadInput(f"a person has a role at least: {', '.join(OF_PEOPLE)}")
    for role in roles:
        if role not in OF_PEOPLE:
            raise BadInput(f"there is no role {role[:40]}{nearest_hint(role, OF_PEOPLE)}; {', '.join(OF_PEOPLE)}")
    return tuple(dict.fromkeys(roles))  # type: ignore[arg-type]  # each is one, as was just asked


def set_roles(database: Path, name: str, roles: Sequence[str]) -> None:
    """Give these roles in place of those before; the next request has them. Raises BadInput."""
    _change(database, name, roles=json.dumps(checked_roles(roles)))


def set_agent(database: Path, name: str, agent: str) -> None:
    """Say which agent a person is; empty: none. Raises BadInput for one whom somebody else is."""
    with writing(database) as connection:
        _unshared(connection, name, agent)
        _changed(connection, name, agent=agent)


def set_password(database: Path, name: str, hash_: str, now: float) -> None:
    """Give a password by its hash; empty: they have none. Their sessions are over. Raises BadInput."""
    _change(database, name, password=hash_, sessions_from=now)


def bind(database: Path, name: str, subject: str) -> None:
    """Say which account of the house's directory is this person's. Raises BadInput where one of both is bound
    already."""
    with writing(database) as connection:
        found = connection.execute("SELECT name FROM users WHERE subject = ?", (subject,)).fetchone()
        if found is not None:
            raise BadInput(f"{found[0]} has this account of the directory already")
        bound = "UPDATE users SET subject = ? WHERE name = ? AND subject = ''"
        if not connection.execute(bound, (subject, name)).rowcount:
            raise BadInput(f"{name[:40]} has another account of the directory, or is not there")


def unbind(database: Path, name: str, now: float) -> None:
    """Forget which account of the house's directory is theirs: the next one of their name is. Their sessions are over.
    Raises BadInput where none is bound."""
    if not named(database, name).subject:
        raise BadInput(f"no account of the directory is bound to {name}: there is nothing to forget")
    _change(database, name, subject="", sessions_from=now)


def rehash(database: Path, name: str, before: str, hash_: str) -> None:
    """Take another hash of the same password, unless it was changed meanwhile. Raises BadInput."""
    with writing(database) as connection:
        connection.execute("UPDATE users SET password = ? WHERE name = ? AND password = ?", (hash_, name, before))


def set_code(database: Path, name: str, secret: str, now: float) -> None:
    """Ask one-time codes of this secret from now on; empty: none. Their sessions are over. Raises BadInput."""
    _change(database, name, code=secret, code_step=0, sessions_from=now)


def use_code(database: Path, name: str, secret: str, step: int) -> bool:
    """Use the code of a step up; False where it, or a later one, was. Raises BadInput where that cannot be kept."""
    statement = "UPDATE users SET code_step = ? WHERE name = ? AND code = ? AND code_step < ?"
    with writing(database) as connection:
        return connection.execute(statement, (step, name, secret, step)).rowcount == 1


def sign_out(database: Path, name: str, now: float) -> None:
    """End all their sessions. Raises BadInput."""
    _change(database, name, sessions_from=now)


def sign_out_of(database: Path, subject: str, now: float) -> None:
    """End all sessions of whoever has this account of the house's directory. Raises BadInput."""
    with writing(database) as connection:
        connection.execute("UPDATE users SET sessions_from = ? WHERE subject = ?", (now, subject))


def note_sign_in(database: Path, name: str, now: float) -> None:
    """Note when they signed in last. Raises BadInput where that cannot be kept."""
    _change(database, name, signed_in_at=now)


def disable(database: Path, name: str, by: str, why: str, now: float) -> None:
    """Let them in no more; their sessions are over. Raises BadInput without a reason, and for one who is out."""
    if not why.strip():
        raise BadInput("say why: --reason")
    if named(database, name).disabled_at is not None:
        raise BadInput(f"{name} is disabled already")
    _change(database, name, disabled_at=now, disabled_by=by, disabled_why=why.strip(), sessions_from=now)


def enable(database: Path, name: str) -> None:
    """Let them in again, by a link or the password that they had. Raises BadInput for one who is not disabled."""
    if named(database, name).disabled_at is None:
        raise BadInput(f"{name} is not disabled")
    _change(database, name, disabled_at=None, disabled_by="", disabled_why="")


def _change(database: Path, name: str, **values: object) -> None:
    with writing(database) as connection:
        _changed(connection, name, **values)


def _changed(connection: sqlite3.Connection, name: str, **values: object) -> None:
    columns = ", ".join(f"{column} = ?" for column in values)
    done = connection.execute(f"UPDATE users SET {columns} WHERE name = ?", (*values.values(), name))
    if not done.rowcount:
        raise BadInput(f"there is no person {name[:40]}; hotline people list has them all")


def _unshared(connection: sqlite3.Connection, name: str, agent: str) -> None:
    """Raises BadInput where somebody else is this agent."""
    if len(agent) > _LONGEST_AGENT:
        raise BadInput(f"{agent[:40]}… is no agent")
    found = connection.execute("SELECT name FROM users WHERE agent = ? AND name <> ?", (agent, name)).fetchone()
    if agent and found is not None:
        raise BadInput(f"{found[0]} is agent {agent}: what an agent does is one person's")


def _user(row: Sequence[Any]) -> User:
    """Raises ValueError for a row that is none; a role of another release counts for nothing."""
    values = dict(zip(_FIELDS, row, strict=True))
    held = json.loads(values["roles"])
    if not isinstance(held, list):
        raise ValueError(f"the roles of {values['name']} are no list")
    return User(**{**values, "roles": tuple(role for role in held if role in OF_PEOPLE)})
