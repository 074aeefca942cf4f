"""What is owed to a caller: cases and their clocks."""
