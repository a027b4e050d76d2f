"""One module a use case: each puts the parts together and returns what it came to, as data."""
