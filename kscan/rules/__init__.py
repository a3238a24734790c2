"""Rules: what to look for, read from rules/, and the matchers that ask the analyses."""
