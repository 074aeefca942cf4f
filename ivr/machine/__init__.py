"""Machine that walks compiled flows, one session a call."""
