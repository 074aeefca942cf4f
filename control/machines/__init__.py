"""State machines of call control, each as one table: where something may go, and by which event."""
