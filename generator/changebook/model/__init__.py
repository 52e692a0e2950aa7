"""The format, the vocabulary, the life cycle, time, money and digests; pure, it knows no file."""
