"""`python -m begat` and the `begat` command."""

from begat.cli import main

if __name__ == "__main__":
    main()
