"""What a caller hears and says: flows as data, and the machine that walks them."""
