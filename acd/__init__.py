"""The queues: skills, the matching of callers and agents, and the forecast of the wait."""
