"""Language of what admins write: YAML with places, records, conditions, hours, calendars. Pure; used by the cores."""
