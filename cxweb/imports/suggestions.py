"""Which column is probably which field, and which word which status: suggestions that a person confirms."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from cxweb.imports.mapping import FIELDS

# Names of columns as programs and people write them, in English and French, without accents and signs; the first fits
# best. What customers and what orders have alike, such as a number, stands with the one that is meant most often.
NAMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "orders": {
        "ref": (
            "order ref", "order number", "order no", "order id", "ref", "reference", "numero de commande", "no commande",
            "n commande", "num commande", "commande", "reference commande", "ref commande", "id commande", "bon de livraison",
            "no bl", "n bl", "order", "numero", "number", "id", "no", "tracking number", "numero de suivi",
        ),
        "status": ("status", "state", "order status", "statut", "etat", "statut commande", "etat commande", "delivery status"),
        "completed_at": (
            "completed at", "delivered at", "delivered", "delivery date", "order delivered customer date", "completed",
            "completion date", "livre le", "date de livraison", "date livraison", "livraison", "date reelle", "termine le",
            "date de realisation", "delivered date", "done",
        ),
        "promised_to": (
            "promised to", "promised", "due", "due date", "due at", "order estimated delivery date", "estimated delivery",
            "promised date", "promise", "window end", "prevu le", "date prevue", "date promise", "fin de creneau",
            "creneau fin", "livraison prevue", "expected",
        ),
        "promised_from": ("promised from", "window start", "debut de creneau", "creneau debut", "from", "de"),
        "eta": ("eta", "estimated arrival", "arrivee estimee", "heure estimee"),
        "created_at": (
            "created at", "created", "ordered at", "order date", "order purchase timestamp", "purchase date", "made",
            "date de commande", "date commande", "cree le", "commande le", "date de creation",
        ),
        "customer_ref": (
            "customer ref", "customer number", "customer id", "client", "customer no", "code client", "no client",
            "numero client", "n client", "id client", "reference client", "ref client",
        ),
        "customer_name": (
            "customer name", "customer", "name", "client name", "recipient", "nom", "nom client", "nom du client",
            "destinataire", "raison sociale", "contact",
        ),
        "customer_email": (
            "customer email", "email", "e mail", "mail", "email address", "courriel", "adresse mail", "adresse email",
            "adresse e mail", "mail client", "email client",
        ),
        "customer_phone": (
            "customer phone", "phone", "phone number", "mobile", "telephone", "tel", "portable", "gsm", "no telephone",
            "numero de telephone", "tel client", "telephone client", "mobile phone",
        ),
        "customer_language": ("customer language", "language", "langue", "lang"),
        "address_line": (
            "address line", "address", "street", "delivery address", "adresse", "rue", "adresse de livraison",
            "adresse livraison", "adresse 1", "address 1",
        ),
        "postcode": ("postcode", "postal code", "zip", "zip code", "code postal", "cp"),
        "address_city": ("city", "town", "ville", "commune", "localite", "address city"),
        "route": ("route", "tour", "tournee", "run", "round"),
        "channel": ("channel", "service", "canal", "type de service", "prestation", "service type"),
        "reason": ("reason", "failure reason", "motif", "raison", "motif d echec", "commentaire echec"),
        "depot": (
            "depot", "warehouse", "site", "agence", "entrepot", "branch", "plateforme", "hub", "centre", "agency",
        ),
        "driver_ref": (
            "driver ref", "driver id", "driver code", "courier id", "code chauffeur", "id chauffeur", "matricule",
            "driver number", "no chauffeur", "n chauffeur", "code livreur",
        ),
        "driver_name": (
            "driver name", "driver", "courier", "chauffeur", "nom chauffeur", "nom du chauffeur", "livreur", "conducteur",
            "technicien", "technician",
        ),
        "tags": ("tags", "tag", "labels", "etiquettes", "categories"),
        "notify": ("notify", "notification", "message", "prevenir"),
    },
    "ratings": {
        "ref": (
            "rating id", "rating ref", "review id", "review pk", "id review", "ref", "reference", "id", "no", "id avis",
            "reference avis", "numero avis", "n avis",
        ),
        "order_ref": (
            "order ref", "order id", "order number", "order no", "order", "commande", "no commande", "n commande",
            "numero de commande", "reference commande", "id commande",
        ),
        "stars": ("stars", "rating", "score", "review score", "note", "etoiles", "nb etoiles", "satisfaction", "evaluation"),
        "comment": (
            "comment", "comments", "review comment message", "review", "text", "message", "commentaire", "commentaires",
            "avis", "verbatim", "remarque",
        ),
        "answered_at": (
            "answered at", "review answer timestamp", "answer date", "rated at", "date", "at", "date de reponse", "repondu le",
            "date avis", "date de l avis", "date reponse",
        ),
    },
}  # fmt: skip
# A title that stands before the comment proper.
TITLES = frozenset({"title", "titre", "objet", "review comment title", "subject", "sujet"})
WORDS: Mapping[str, tuple[str, ...]] = {
    "planned": (
        "planned", "new", "created", "approved", "invoiced", "processing", "pending", "scheduled", "open", "planifie",
        "planifiee", "nouveau", "nouvelle", "cree", "creee", "a livrer", "en attente", "prevu", "prevue", "confirmee",
        "en preparation", "preparee", "to do", "confirmed",
    ),
    "on_the_way": (
        "on the way", "shipped", "in transit", "out for delivery", "en route", "en cours", "en livraison", "expedie",
        "expediee", "parti", "partie", "in progress", "on tour", "dispatched", "en cours de livraison",
    ),
    "arrived": ("arrived", "at the door", "sur place", "arrive", "arrivee", "on site", "door"),
    "completed": (
        "completed", "delivered", "done", "complete", "livre", "livree", "termine", "terminee", "realise", "realisee",
        "effectue", "effectuee", "finished", "closed", "ok", "cloture", "cloturee", "success", "livre ok", "installe",
    ),
    "failed": (
        "failed", "undelivered", "unavailable", "not delivered", "returned", "echec", "echoue", "echouee", "non livre",
        "non livree", "absent", "avise", "retour", "refuse", "refusee", "failure", "ko", "exception",
    ),
    "cancelled": ("cancelled", "canceled", "annule", "annulee", "void", "cancel", "supprimee"),
}  # fmt: skip


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
