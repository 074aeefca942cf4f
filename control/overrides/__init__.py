"""Overrides of a bad night: closed queues and lines, announcements, other hours; and their menu by phone."""
