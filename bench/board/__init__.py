"""What the bench of the live board is made of: a busy day, and a crowd that watches it."""
