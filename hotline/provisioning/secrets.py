"""Passwords of trunks stand in files of var/secrets, one each; what admins write has only their names."""

from collections.abc import Mapping
from pathlib import Path

from calls.trunks import Trunk
from switch.trunk_lines import Seen


def passwords_of(trunks: Mapping[str, Trunk], folder: Path) -> tuple[dict[str, str], dict[str, Seen]]:
    """The password of each trunk that has one; and the trunks that must be left out, since theirs cannot be read."""
    passwords, left_out = {}, {}
    for name, trunk in trunks.items():
        if not trunk.secret:
            continue
        path = folder / trunk.secret
        try:
            passwords[name] = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            told = error.strerror if isinstance(error, OSError) else "not UTF-8"
            left_out[name] = Seen(registered=False, detail=f"its password cannot be read: {path}: {told}")
            continue
        if not passwords[name]:
            left_out[name] = Seen(registered=False, detail=f"its password is missing: {path} is empty")
    return passwords, left_out
