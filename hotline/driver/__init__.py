"""The live driver: events in, commands out, and what carries them out."""
