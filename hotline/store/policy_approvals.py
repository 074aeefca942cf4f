"""Policies and their approvals in the store: written by people through commands, read by the gate.

Withdrawing is the same of all approvals: `approvals`.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from calls.errors import BadInput
from dialer.scenes.policy_approval import ApprovedPolicy, PolicyApproval
from hotline.store import opening

_PATIENCE_S = 10.0
_COLUMNS = "policy, approver, at, needed, reason, effective_from, withdrawn_at, withdrawn_by, withdrawn_because"


def policies(database: Path) -> dict[str, ApprovedPolicy]:
    """Every policy on which somebody has given their word, by its version. Raises BadInput for a store that no release
    of today has opened, or that cannot be read."""
    opening.must_be_of_today(database)
    try:
        with closing(opening.to_read(database)) as connection:
            rows = connection.execute("SELECT policy, sources, authors FROM approved_policies").fetchall()
            return {
                policy: ApprovedPolicy(
                    policy=policy,
                    sources=msgspec.json.decode(sources, type=dict[str, str]),
                    authors=msgspec.json.decode(authors, type=tuple[str, ...]),
                )
                for policy, sources, authors in rows
            }
    except (sqlite3.Error, msgspec.DecodeError) as error:
        raise BadInput(f"{database}: {error}; the approved policies cannot be read") from error


def approvals(database: Path) -> list[PolicyApproval]:
    """All of them, the oldest first. Raises as `policies`."""
    opening.must_be_of_today(database)
    try:
        with closing(opening.to_read(database)) as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM policy_approvals ORDER BY number")
            return [PolicyApproval(**dict(zip(_COLUMNS.split(", "), row, strict=True))) for row in rows]
    except sqlite3.Error as error:
        raise BadInput(f"{database}: {error}; the approvals of policies cannot be read") from error


def add(database: Path, policy: ApprovedPolicy, given: PolicyApproval, user: str) -> None:
    """Write an approval down, and the policy with its first. `user`: of the machine, or the token's name. Raises
    BadInput. The server may run."""
    opening.must_be_of_today(database)
    try:
        with closing(sqlite3.connect(database, timeout=_PATIENCE_S)) as connection, connection:
            connection.execute(
                "INSERT INTO approved_policies (policy, sources, authors, at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (policy) DO NOTHING",
                (
                    policy.policy,
                    msgspec.json.encode(policy.sources).decode(),
                    msgspec.json.encode(policy.authors).decode(),
                    given.at,
                ),
            )
            connection.execute(
                'INSERT INTO policy_approvals (policy, approver, at, needed, reason, effective_from, "user")'
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (given.policy, given.approver, given.at, given.needed, given.reason, given.effective_from, user),
            )
    except sqlite3.Error as error:
        raise BadInput(f"{database}: {error}; nothing was approved") from error
