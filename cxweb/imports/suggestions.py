"""Which column is probably which field, and which word which status: suggestions that a person confirms."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from cxweb.imports.column_names import NAMES, TITLES, WORDS
from cxweb.imports.mapping import FIELDS


def simple(text: str) -> str:
    """A name without accents, capitals and signs: `Date de livraison (réelle)` is `date de livraison reelle`."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    # deliveredAt and OrderID are of two words.
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain.casefold()).split())


def suggested_columns(header: Sequence[str], kind: str) -> dict[str, list[str]]:
    """The columns that each field is probably read from; a column is suggested for one field only."""
    known = {simple(name): name for name in reversed(header) if name and header.count(name) == 1}
    ranked = [
        (rank, field, known[name])
        for field, names in NAMES[kind].items()
        for rank, name in enumerate(names)
        if name in known
    ]
    found: dict[str, list[str]] = {}
    taken: set[str] = set()
    for _, field, column in sorted(ranked, key=lambda found: found[0]):
        if field not in found and column not in taken:
            found[field] = [column]
            taken.add(column)
    titles = [column for name, column in known.items() if name in TITLES and column not in taken]
    if "comment" in found and titles:
        found["comment"] = [titles[0], *found["comment"]]
    return {field: found[field] for field in FIELDS[kind] if field in found}


def suggested_status(word: str) -> str:
    """The status a word probably stands for; empty where none is known."""
    plain = simple(word)
    return next((status for status, words in WORDS.items() if plain in words), "")


def suggested_words(words: Iterable[str]) -> dict[str, str]:
    return {word: suggested_status(word) for word in words}
