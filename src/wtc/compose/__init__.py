"""The compose interpreter: text in, project out. Pure: no disk, no environment, no clock; readers are passed in."""
