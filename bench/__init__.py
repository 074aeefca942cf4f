"""What is measured, each by `hotline bench NAME --json`."""
