"""The values that every part of wtc speaks: frozen dataclasses without behaviour."""
