"""The command line: parses options, prints errors, sets the exit status."""
