"""The guard before somebody else's Asterisk: an account that may do anything there is refused. Pure.

`ListCommands` tells every action that the account may ask for, each with the rights that allow it. With `write` left
empty in manager.conf only those are left that need none: ping, log off, the list itself. So whoever watches cannot
call, hang up, run a command or change a setting, whatever a fault of ours, or of the library, would send.
"""

import re
from collections.abc import Mapping

from calls.errors import HotlineError

_RIGHTS = re.compile(r"\(Priv: ([^)]*)\)")
_NO_RIGHT = "<none>"
_NO_ACTIONS = frozenset({"response", "actionid", "message", "content"})
ALLOWED = frozenset({"login", "logoff", "ping", "listcommands"})
"""What we ever send."""


class LinkLost(HotlineError):
    """The link is away, for the time being."""


class AccountRefused(HotlineError):
    """The account is not one to watch by: somebody has to mend it."""


def refusal(answer: Mapping[str, str]) -> str:
    """Why an account with this answer to `ListCommands` is not used, in words; empty: it may watch and nothing else."""
    told = {name: text for name, text in answer.items() if name.lower() not in _NO_ACTIONS}
    rights = {name: found[1].strip() for name, text in told.items() if (found := _RIGHTS.search(str(text)))}
    if not rights:
        return "it does not tell what the account may do (ListCommands has no rights in it)"
    acting = sorted(name for name, right in rights.items() if right != _NO_RIGHT)
    if not acting:
        return ""
    some = ", ".join(acting[:3])
    more = f" and {len(acting) - 3} more" if len(acting) > 3 else ""
    return f"the account may act there ({some}{more}): leave its `write =` in manager.conf empty"
