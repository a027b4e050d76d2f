"""Damaged answers of an engine: `record.py` writes `answers.json`, which the tests damage and serve."""
