"""Findings: claims about code as plain data, told apart by fingerprint, rendered by reports."""
