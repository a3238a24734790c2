"""Link: the facts of all files joined into one read-only Program."""
