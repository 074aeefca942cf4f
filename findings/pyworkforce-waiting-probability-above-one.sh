#!/usr/bin/env bash
# pyworkforce 0.5.1: where there are fewer agents than work, the probability to wait is told as 1.4, or 6.8.
#
# Erlang's C formula holds for queues that do not grow for ever. 100 calls of three minutes in half an hour are 10 erlangs:
# with 9 or 3 agents everybody waits, so the probability is one. The service level of the same object is told as 0 there,
# so the case is known; the probability is the formula's, beyond its range, and nothing is raised.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install pyworkforce==0.5.1 2>&1 | grep -v WARNING || true
venv/bin/python - <<'PY'
from pyworkforce.queuing import ErlangC

queue = ErlangC(transactions=100, aht=3, interval=30, asa=20 / 60, shrinkage=0.0)
seen = {
    agents: (round(queue.waiting_probability(agents), 3), round(queue.service_level(agents), 3)) for agents in (14, 10, 9, 3)
}
print(f"{queue.intensity:g} erlangs; agents: (probability to wait, share served within 20 s): {seen}")
assert seen == {14: (0.174, 0.888), 10: (1.0, 0), 9: (1.42, 0), 3: (6.849, 0)}
PY
echo "as described"
