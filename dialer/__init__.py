"""Who may be called, when, and how fast: the governor, campaigns, pacing. Pure, like every core."""
