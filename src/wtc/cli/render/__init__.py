"""Results, events and errors as text for people and as JSON for machines."""
