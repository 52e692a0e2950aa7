"""What each page shows, as plain data."""
