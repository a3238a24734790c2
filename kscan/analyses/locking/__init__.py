"""What holds while control may not sleep."""
