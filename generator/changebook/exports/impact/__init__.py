"""The figures of the Impact page for other programs; nothing is added up here."""
