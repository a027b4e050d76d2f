"""Project -> desired stack: names, labels, files and hashes. Pure."""
