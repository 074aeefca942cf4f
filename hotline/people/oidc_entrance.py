"""The entrance for those whom the house's directory vouches for: who of ours they are, and with which roles.

The way out, too, for those who are signed out there.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from calls.errors import BadInput
from hotline.people import users
from hotline.people.oidc_claims import Known, NotLetIn
from hotline.people.users import User
from hotline.site import audit

_BY = "directory"
"""The author, in logs, of what a directory's groups change."""


def let_in(database: Path, known: Known, new_people: bool, now: float, also_taken: Iterable[str] = ()) -> User:
    """The user whom these claims are about, whose account there is theirs from now on, with the roles of their groups.

    Somebody is known by their account there, which the first sign-in by their name binds to it; a name that another
    account has is nobody's door. `new_people`: whoever is not there is added; `also_taken` are names that they must not
    have. `now`: UTC epoch seconds. Raises NotLetIn, and BadInput where the store does not take it: nothing is changed
    without its line in the audit log. Call it in a thread.
    """
    state = database.parent
    user = users.of_subject(database, known.subject) or users.find(database, known.name)
    if user is None:
        user = _added(database, known, new_people, now, also_taken)
    if user.disabled_at is not None:
        raise NotLetIn("disabled", f"{user.name} is disabled: hotline people enable {user.name}")
    if user.subject not in ("", known.subject):
        told = f"{user.name} signs in by another account of the directory"
        raise NotLetIn("other_account", f"{told}; if this one is theirs now: hotline people unbind {user.name}")
    if not user.subject:
        audit.note(state, "account bound", f"{user.name}: {known.subject}", _BY)
        users.bind(database, user.name, known.subject)
    if known.roles is not None and known.roles != user.roles:
        told = f"{user.name}: {', '.join(known.roles)}; before: {', '.join(user.roles)}"
        audit.note(state, "roles given", told, _BY)
        users.set_roles(database, user.name, known.roles)
        user = msgspec.structs.replace(user, roles=known.roles)
    users.note_sign_in(database, user.name, now)
    return user


def let_out(database: Path, subject: str, now: float) -> None:
    """End the sessions of whoever has this account there, `ISSUER SUB`; nobody may have it. `now`: UTC epoch seconds.
    Raises BadInput where the store does not take it. Call it in a thread."""
    for user in users.users(database):
        if user.subject == subject:
            audit.note(database.parent, "signed out", f"{user.name}: by the directory", _BY)
    users.sign_out_of(database, subject, now)


def _added(database: Path, known: Known, new_people: bool, now: float, also_taken: Iterable[str]) -> User:
    """A new user. Raises NotLetIn where nobody is to be added, or the name is none."""
    if not new_people or known.roles is None:
        told = f"the directory knows {known.name[:64]!r}, and nobody here has this name"
        raise NotLetIn("nobody", f"{told}: hotline people add {known.name[:32]} --role ROLE, or oidc.new_people")
    user = User(name=known.name, title=known.title, roles=known.roles, added_at=now, added_by=_BY)
    try:
        users.add(database, user, also_taken)
    except BadInput as error:
        raise NotLetIn("no_name", f"the directory's {known.name[:64]!r} cannot be a person here: {error}") from error
    audit.note(database.parent, "person added", f"{user.name}: {', '.join(user.roles)}", _BY)
    return user
