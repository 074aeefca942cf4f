"""Hashes of passwords by argon2id (RFC 9106), made and compared one at a time."""

import functools
import secrets
import threading

import argon2

from hotline.people.password_policy import normal

_ONE = threading.Lock()
"""Each takes 64 MiB and a twentieth of a second: many at once would take them from the calls."""


@functools.cache
def _hasher() -> argon2.PasswordHasher:
    # RFC 9106, 4: the second recommended option, 64 MiB three times over, but in one lane: on a small machine four
    # would take every core from the voice for a moment.
    return argon2.PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)


def hashed(password: str) -> str:
    """The hash of a password, with its salt and parameters within."""
    with _ONE:
        return _hasher().hash(normal(password))


def fits(hash_: str, password: str) -> bool:
    """Whether the password is that of the hash. Without a hash it takes as long, and is false."""
    with _ONE:
        nobodys = _nobodys()
        try:
            return _hasher().verify(hash_ or nobodys, normal(password)) and bool(hash_)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False


def is_dated(hash_: str) -> bool:
    """Whether it was made with other parameters than those of today."""
    return _hasher().check_needs_rehash(hash_)


@functools.cache
def _nobodys() -> str:
    """A hash that no password fits: a name that nobody has takes as long as one that somebody has."""
    return _hasher().hash(secrets.token_urlsafe(24))
