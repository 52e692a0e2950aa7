"""Files, git and scanned papers to records with places; it judges no more than that."""
