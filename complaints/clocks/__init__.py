"""Clocks of cases: what must be done by when, computed from a case's audit log alone.

`clock` has the definitions that dialplans/clocks.yaml is read into (`reading`), `calendars` and `working_time` count,
`rounds` reads the log, `state` says how a clock stands at an instant, `alarms` when somebody must be told, `schedule`
keeps the alarms of all open cases, `explaining` tells a deadline step by step.
"""
