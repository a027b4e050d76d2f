"""Replace variables in values, and cast strings to the type of their attribute. Pure."""
