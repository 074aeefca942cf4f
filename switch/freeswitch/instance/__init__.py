"""A FreeSWITCH of our own: found, configured, started, kept up."""
