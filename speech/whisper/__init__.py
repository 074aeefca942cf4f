"""Whisper-base and silero's voice activity: an ear for Mandarin and English on this machine, in its own process."""
