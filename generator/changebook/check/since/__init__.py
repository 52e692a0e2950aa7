"""What a branch may not do: its records beside those of the revision that it is compared with."""
