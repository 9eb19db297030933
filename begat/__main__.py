"""`python -m begat` and the `begat` command."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C ends it quietly also while its commands are still being loaded."""
    try:
        from begat.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
