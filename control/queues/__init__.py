"""Callers who wait in a queue, and agents who are offered them."""
