"""The short things many customers write, by language and stars; unlike the longer comments they may come back often."""

SHORT: dict[str, dict[int, tuple[str, ...]]] = {
    "fr": {
        5: ("Merci !", "Parfait", "Super", "Très bien, merci", "Au top", "Parfait, merci", "Très satisfaite", "👍"),
        4: ("Bien", "Très bien", "Rien à signaler", "Satisfait", "Merci"),
        3: ("Moyen", "Passable", "Peut mieux faire"),
        2: ("Déçu", "Pas terrible", "Insuffisant"),
        1: ("Nul", "À fuir", "Très déçue"),
    },
    "en": {
        5: ("Thank you!", "Perfect", "Great", "Excellent", "Lovely, thanks"),
        4: ("Good", "Fine, thanks", "Happy"),
        3: ("So-so", "OK I guess"),
        2: ("Disappointed", "Not great"),
        1: ("Terrible", "Avoid"),
    },
}
