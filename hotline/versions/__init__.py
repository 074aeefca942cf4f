"""Published versions: sources, checks, the store of folders, and what a version knows."""
