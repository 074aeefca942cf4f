"""Callers: the part of their legs, and what flows and queues order for them."""
