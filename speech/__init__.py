"""Voices and ears: synthesis, the building of prompts, recognition."""
