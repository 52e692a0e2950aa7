"""Reminders of what waits for the client's people: as mails, text and JSON."""
