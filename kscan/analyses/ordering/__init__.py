"""What comes before what in the life of an object."""
