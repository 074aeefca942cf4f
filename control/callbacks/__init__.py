"""Callbacks that keep a caller's place in the queue."""
