"""Talks while they go on, and what came of them: recordings, holds, keys, dispositions."""
