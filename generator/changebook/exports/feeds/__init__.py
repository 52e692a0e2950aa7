"""Changes and decisions as feeds, and a calendar; each time in them comes from the records."""
