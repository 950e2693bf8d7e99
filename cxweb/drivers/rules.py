"""What a file that leaves the company calls a driver."""

import hashlib
import hmac


def pseudonym(key: str, ref: str) -> str:
    """A code such as `D-4F7A2C91` that stands for a driver everywhere, and that only who has the key can trace back."""
    return f"D-{hmac.new(key.encode(), f'driver:{ref}'.encode(), hashlib.sha256).hexdigest()[:8].upper()}"


def shown_driver(ref: str, name: str, key: str | None) -> tuple[str, str]:
    """The ref and name that an export shows of a driver: the code for both, where there is a key for codes."""
    if key is None:
        return ref, name
    code = pseudonym(key, ref)
    return code, code
