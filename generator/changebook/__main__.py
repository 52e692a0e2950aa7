"""`python -m changebook`."""

from changebook.cli import main

if __name__ == "__main__":
    main()
