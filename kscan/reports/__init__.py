"""Reports render findings and know nothing else; found by module name."""
