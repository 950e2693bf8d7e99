"""Makes the passwords that are shown once."""

import secrets

# Without the letters and digits that look alike when read from a screen.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def new_password() -> str:
    """Four groups of five characters: 99 random bits that can be typed by hand."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))
