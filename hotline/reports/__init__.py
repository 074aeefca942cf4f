"""Reports of a site: the figures of `reporting`, read from the store in one pass, and shown as pages, tables and JSON."""
