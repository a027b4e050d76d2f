"""What containers use."""
