"""Rules that a site writes for call control: numbers outside, transfers, the treatment of a queue's callers."""
