"""One function's body: control flow, access paths, values, paths."""
