"""The sample hotline: the folder with dialplans/ and prompts/ that new sites and the demonstration begin with."""

from pathlib import Path

SAMPLE = Path(__file__).resolve().parents[2]
