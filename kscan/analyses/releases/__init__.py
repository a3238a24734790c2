"""What is given back: twice, too early, never, or with a copy left behind."""
