"""The two ways an import says no: to a whole file, and to one row of it."""

# The line a refused row starts at, its ref as it stands in the file, and the reason.
Refusal = tuple[int, str, str]


class CannotImport(Exception):
    """The file or its mapping cannot be used; the text is one sentence for the operator."""


class RefusedRow(Exception):
    """One row is not taken; the text is the reason as the report gives it."""


def quoted(text: str) -> str:
    """A value as a sentence shows it: short, on one line."""
    shown = " ".join(text.split())
    return f"'{shown[:40]}…'" if len(shown) > 40 else f"'{shown}'"
