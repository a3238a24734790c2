"""What is told of a whole function, field, parameter or hook, for other functions to go by."""
