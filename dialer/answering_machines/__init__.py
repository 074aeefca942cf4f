"""Answering-machine detection: was it a person who answered, or a machine? By when they speak, not by what they say."""
