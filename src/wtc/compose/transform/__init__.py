"""Convert values to their canonical form and to the type of their attribute. Pure."""
