"""The entrance: whether a name, a password and a one-time code let somebody in. It takes as long for every no."""

from pathlib import Path
from typing import Literal, NamedTuple

from hotline.people import one_time_codes, passwords, users
from hotline.people.password_policy import fault
from hotline.people.users import User

Refusal = Literal["", "refused", "code"]
"""`refused`: name or password is wrong. `code`: both are right, and the one-time code is missing, wrong or used."""


OTHER_PASSWORD = "the password until now is another one"


class Answer(NamedTuple):
    """The user who is let in, or why nobody is."""

    user: User | None
    refusal: Refusal


def let_in(database: Path, name: str, password: str, code: str, now: float) -> Answer:
    """Compare, use the code up, and note the sign-in. `now`: UTC epoch seconds. Raises BadInput where the store does
    not take it: then nobody is let in. Slow on purpose: call it in a thread."""
    user = users.may_sign_in(database, name)
    if not passwords.fits("" if user is None else user.password, password) or user is None:
        return Answer(None, "refused")
    if user.code:
        step = one_time_codes.accepted(one_time_codes.read(user.code), code, now, user.code_step)
        if step is None or not users.use_code(database, name, user.code, step):
            return Answer(None, "code")
    users.note_sign_in(database, name, now)
    if passwords.is_dated(user.password):
        users.rehash(database, name, user.password, passwords.hashed(password))
    return Answer(user, "")


def let_in_by_link(database: Path, name: str, now: float) -> bool:
    """Whether a person whose link was taken may sign in, which is noted. Raises BadInput where the store does not take
    it: then nobody is let in."""
    if users.may_sign_in(database, name) is None:
        return False
    users.note_sign_in(database, name, now)
    return True


def change_password(database: Path, user: User, old: str | None, new: str, now: float) -> str:
    """Set a person's own new password, which ends their sessions; why not, in words, or empty. `old` None: it is not
    asked for. Raises BadInput where the store does not take it. Slow on purpose: call it in a thread."""
    if old is not None and not passwords.fits(user.password, old):
        return OTHER_PASSWORD
    if old is not None and old == new:
        return "it is the password until now"
    if said := fault(new, user.name, user.title, user.agent):
        return said
    users.set_password(database, user.name, passwords.hashed(new), now)
    return ""
