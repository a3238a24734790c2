"""What calls give, and what becomes of it where it is NULL, an error, or nothing at all."""
