"""wtc's values -> the bodies of the Engine API. Pure: what has to be read comes through functions passed in."""
