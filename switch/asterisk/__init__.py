"""Asterisk behind the session: how it is found, configured and run, and the adapter that speaks ARI with it."""
