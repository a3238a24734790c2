"""Facts: what one file says, as plain data that no later layer needs a syntax tree for."""
