"""A site's folder: settings, lock, audit, and the sample that a new one begins with."""
