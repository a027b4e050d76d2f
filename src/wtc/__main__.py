"""`python -m wtc`."""

from wtc.cli.main import main

main()
