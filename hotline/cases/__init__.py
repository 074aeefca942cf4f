"""Cases at work: intake by each channel, acts of people, and what the house does by itself."""
