"""Contacts: lists of people to be called, from CSV and spreadsheets into the store."""
