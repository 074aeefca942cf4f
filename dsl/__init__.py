"""What admins write, and how it is read: YAML with places, records, conditions, hours, calendars. Pure."""
