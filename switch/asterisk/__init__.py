"""Asterisk is found, configured and run here; the adapter speaks ARI with it."""
