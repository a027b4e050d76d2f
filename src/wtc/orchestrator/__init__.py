"""One module for each command: it puts the parts together and returns the result as data."""
