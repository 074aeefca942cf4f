"""Kokoro-82M: a voice for Mandarin and English that runs on this machine, in a process of its own."""
