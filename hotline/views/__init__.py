"""Views of a running controller: board, metrics, agents' fields, and the controller's port for all faces."""
