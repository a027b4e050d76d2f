"""Results that are kept for as long as everything that they follow from is the same."""
