"""A controller that is killed in the moment in which a reservation is durable, and nothing follows from it yet.

Run in front of the command of a controller (`LiveSite.start_controller`): it does what that would do, once the ledger
has answered a question with an attempt it kills itself, as `kill -9` does.
"""

import os
import runpy
import signal
import sys
from typing import Any

from hotline.governing.reserving import Reserving

_reserve = Reserving.reserve


async def _reserve_and_die(self: Reserving, *args: Any, **terms: Any) -> Any:
    given = await _reserve(self, *args, **terms)
    if given.attempt is not None:
        os.kill(os.getpid(), signal.SIGKILL)
    return given


if __name__ == "__main__":
    Reserving.reserve = _reserve_and_die  # type: ignore[method-assign]  # the fault that is tried
    _python, _m, module, *words = sys.argv[1:]
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__")
