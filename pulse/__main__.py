"""Lets `python -m pulse` stand for the console script."""

from pulse.cli.main import main

if __name__ == "__main__":
    main()
