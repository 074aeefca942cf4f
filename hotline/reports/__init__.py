"""Reports of a site: the figures of `reporting`, of one pass over the store, shown as pages, tables and JSON."""
