"""The journal: written ahead, read, replayed, and taken up by the next controller."""
