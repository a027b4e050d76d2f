"""Desired x observed x options -> plan. Pure: it never asks, logs, sleeps or reads a clock."""
