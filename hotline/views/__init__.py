"""What is shown and asked of a running controller: board, metrics, the controller itself."""
