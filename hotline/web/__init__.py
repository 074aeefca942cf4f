"""HTTP: agents' desktops, supervisors, metrics, health."""
