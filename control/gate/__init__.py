"""The gate before every call to a number outside: what may be dialled at all, and by whose answer."""
