"""What a plan is checked against before it is executed. Pure."""
