"""The same figures as files: tables, feeds, calendar, reports; it gives bytes, writes nothing."""
