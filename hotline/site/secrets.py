"""Secrets of a site: which there are, how old, and whether they are still those that a running server has read.

Values are never shown, logged or journalled: files are compared by a digest that stays in memory.
"""

import hashlib
import json
import os
import secrets as chance
import time
from dataclasses import dataclass
from pathlib import Path

from calls.errors import BadInput
from dsl.spelling import nearest_hint
from hotline.site import audit
from hotline.site.site import Site
from switch.runfolder import write_private

ACCOUNTS = "accounts.json"
PIN = "override_pin"


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret of a site. `own`: made by us; else its file is named in hotline.yaml."""

    name: str
    path: Path
    purpose: str
    restart: str
    """What reads it at its start, and so is to be restarted once it was changed."""
    own: bool = True


def secrets_of(site: Site) -> list[Secret]:
    """All that a server of this site reads, whether the files are there or not; passwords of trunks and secrets of
    webhooks are not among them: they may change at any time."""
    folder = site.state / "secrets"
    known = [
        Secret("web", folder / "web", "the token of the HTTP interface", "the controller"),
        Secret("waiting", folder / "waiting", "tokens of callers who wait", "the controller"),
    ]
    for client in site.settings.web.clients:
        name, purpose = f"web-{client.name}", f"the token of {client.name} for the HTTP interface"
        known.append(Secret(name, folder / name, purpose, "the controller"))
    for node, switch in site.switches.items():
        name = f"switch-{switch.name}" if site.settings.switches else "switch"
        purpose, restart = f"the control port of switch {node}", "the switch, then the controller"
        if switch.password_file is None:
            known.append(Secret(name, folder / name, purpose, restart))
        else:
            known.append(Secret(name, site.folder / switch.password_file, purpose, restart, own=False))
    if site.settings.switches:
        known.append(Secret("peers", folder / "peers", "calls between the switches", "the controller"))
    if site.settings.bus is not None and site.settings.bus.password_file is not None:
        path = site.folder / site.settings.bus.password_file
        known.append(Secret("broker", path, "the broker", "the controller", own=False))
    oidc = site.settings.oidc
    if oidc is not None and oidc.client_secret_file is not None:
        path = site.folder / oidc.client_secret_file
        known.append(Secret("directory", path, "asking the directory who signs in", "the controller", own=False))
    sharing = site.settings.sharing
    if sharing is not None:
        path, purpose = sharing.secret_path(site.folder, site.state), "hashes of numbers shared between sites"
        known.append(Secret("sharing", path, purpose, "the controller; all sites need the same", own=False))
        for name, member in sharing.members.items():
            path = member.token_path(site.folder, site.state, name)
            known.append(Secret(f"share-{name}", path, f"asking {name} for its lists", "nothing", own=False))
    if site.settings.gate is not None:
        known.append(Secret("gate", folder / "gate", "the SIP gate's proxy", "the proxy, then the controller"))
    known.append(Secret(ACCOUNTS, folder / ACCOUNTS, "SIP passwords of agents' phones", "the controller"))
    return known


def listed(site: Site) -> list[Secret]:
    """All that a site shows: those of `secrets_of`, and the PIN of overrides, which may change under a server."""
    return [*secrets_of(site), Secret(PIN, site.override_pin, "the PIN of overrides by phone, as a hash", "nothing")]


def missing_after_first_start(site: Site) -> list[str]:
    """Names of the secrets of our own that are gone though the site has served before: they will be made anew."""
    if not site.database.exists():
        return []
    gone = [secret.name for secret in secrets_of(site) if secret.own and not secret.path.exists()]
    return [name for name in gone if name != ACCOUNTS or _phones_have_accounts(site)]


def _phones_have_accounts(site: Site) -> bool:
    """Whether a switch of ours knows phones: a site without agents has no accounts that could be lost."""
    for switch in site.switches.values():
        if switch.run_dir is not None:
            for file in (site.folder / switch.run_dir / "etc").glob("agents.*"):
                if "agent-" in file.read_text(encoding="utf-8", errors="replace"):
                    return True
    return False


def rotate(site: Site, name: str) -> Secret:
    """Write a new value in place of `name`, a secret of our own, or `agent-ACCOUNT`. Raises BadInput."""
    known = {secret.name: secret for secret in secrets_of(site)}
    accounts = _accounts(known[ACCOUNTS].path)
    if name == PIN:
        raise BadInput("the PIN is shown once, when it is made: hotline overrides pin")
    names = [*(secret.name for secret in known.values() if secret.own and secret.name != ACCOUNTS), *accounts]
    if name == PIN:
        raise BadInput("the PIN is made and shown once by: hotline overrides pin")
    if name not in names:
        other = known.get(name)
        if other is not None and other.name == "sharing":
            raise BadInput(f"{name}: all sites need the same; `hotline do-not-call share new-secret` makes one")
        if other is not None and not other.own:
            raise BadInput(f"{name}: its file is named in hotline.yaml; change {other.path} where it comes from")
        raise BadInput(f"no secret {name}{nearest_hint(name, names)}; there are {', '.join(names)}")
    audit.note(site.state, "secret rotated", name)
    if name in accounts:
        accounts[name] = chance.token_urlsafe(18)
        write_private(known[ACCOUNTS].path, json.dumps(accounts, indent=1))
        return Secret(name, known[ACCOUNTS].path, "the phone", "the controller, and set the phone anew")
    write_private(known[name].path, chance.token_urlsafe(24))
    return known[name]


class SecretsWatch:
    """Compares the files with what they held when the server read them. `look` blocks on files."""

    def __init__(self, site: Site) -> None:
        """Call it once all secrets are made."""
        self._known = secrets_of(site)
        self._folder = site.folder
        self._digests = {secret.name: _digest(secret.path) for secret in self._known if secret.name != ACCOUNTS}
        self._accounts = _digests_of_accounts(site.state / "secrets" / ACCOUNTS)

    def look(self) -> list[str]:
        """What is not as it was read, in words; empty when all is."""
        troubles = []
        for secret in self._known:
            shown = secret.path.relative_to(self._folder) if secret.path.is_relative_to(self._folder) else secret.path
            if secret.name == ACCOUNTS:
                troubles += self._look_at_accounts(secret.path, str(shown))
            elif (now := _digest(secret.path)) != self._digests[secret.name]:
                troubles.append(f"{shown} {'is gone' if not now else 'was changed'}")
        return troubles

    def _look_at_accounts(self, path: Path, shown: str) -> list[str]:
        now = _digests_of_accounts(path)
        if self._accounts and not path.exists():
            return [f"{shown} is gone"]
        other = sorted(name for name, digest in self._accounts.items() if now.get(name) != digest)
        self._accounts = {**now, **self._accounts}  # the server itself adds those of new agents
        return [f"{shown} was changed: {', '.join(other)}"] if other else []


def age_s(secret: Secret) -> float | None:
    """Seconds since it was written; None where it is not there."""
    try:
        return max(0.0, time.time() - os.stat(secret.path).st_mtime)
    except OSError:
        return None


def _digest(path: Path) -> bytes:
    """Empty for a file that is not there, or cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes().strip()).digest()
    except OSError:
        return b""


def _accounts(path: Path) -> dict[str, str]:
    try:
        accounts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return accounts if isinstance(accounts, dict) else {}


def _digests_of_accounts(path: Path) -> dict[str, bytes]:
    return {name: hashlib.sha256(str(secret).encode()).digest() for name, secret in _accounts(path).items()}
