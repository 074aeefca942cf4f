"""Transcripts of recordings: who said what and when, masked, with required and forbidden words marked."""
