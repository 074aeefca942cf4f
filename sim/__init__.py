"""Virtual time: a driver, callers, agents, and checks against queueing theory."""
