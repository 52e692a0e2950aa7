"""The same figures as files: tables, feeds, a calendar, reports. It gives bytes, writes no file."""
