"""An Asterisk of our own: found, configured, started, kept up."""
