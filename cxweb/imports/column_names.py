"""Names of columns and of statuses as programs and people write them, in English and French."""

from collections.abc import Mapping


def _named(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


# Without accents, capitals and signs; the first fits best. What customers and orders have alike, such as a number,
# stands with the one that is meant most often.
NAMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "orders": {
        "ref": _named(
            "order ref, order number, order no, order id, ref, reference, numero de commande, no commande, n "
            "commande, num commande, commande, reference commande, ref commande, id commande, bon de livraison, no "
            "bl, n bl, order, numero, number, id, no, tracking number, numero de suivi"
        ),
        "status": _named("status, state, order status, statut, etat, statut commande, etat commande, delivery status"),
        "completed_at": _named(
            "completed at, delivered at, delivered, delivery date, order delivered customer date, completed, "
            "completion date, livre, livree, livre le, livree le, date de livraison, date livraison, livraison, "
            "date reelle, termine le, date de realisation, delivered date, done"
        ),
        "promised_to": _named(
            "promised to, promised, due, due date, due at, order estimated delivery date, estimated delivery, "
            "promised date, promise, window end, prevu le, date prevue, date promise, fin de creneau, creneau fin, "
            "livraison prevue, expected"
        ),
        "promised_from": _named("promised from, window start, debut de creneau, creneau debut, from, de"),
        "eta": _named("eta, estimated arrival, arrivee estimee, heure estimee"),
        "created_at": _named(
            "created at, created, ordered at, order date, order purchase timestamp, purchase date, made, date de "
            "commande, date commande, cree le, commande le, date de creation"
        ),
        "customer_ref": _named(
            "customer ref, customer number, customer id, client, customer no, code client, no client, numero client, "
            "n client, id client, reference client, ref client"
        ),
        "customer_name": _named(
            "customer name, customer, name, client name, recipient, nom, nom client, nom du client, destinataire, "
            "raison sociale, contact"
        ),
        "customer_email": _named(
            "customer email, email, e mail, mail, email address, courriel, adresse mail, adresse email, adresse e "
            "mail, mail client, email client"
        ),
        "customer_phone": _named(
            "customer phone, phone, phone number, mobile, telephone, tel, portable, gsm, no telephone, numero de "
            "telephone, tel client, telephone client, mobile phone"
        ),
        "customer_language": _named("customer language, language, langue, lang"),
        "address_line": _named(
            "address line, address, street, delivery address, adresse, rue, adresse de livraison, adresse livraison, "
            "adresse 1, address 1"
        ),
        "postcode": _named("postcode, postal code, zip, zip code, code postal, cp"),
        "address_city": _named("city, town, ville, commune, localite, address city"),
        "route": _named("route, tour, tournee, run, round"),
        "channel": _named("channel, service, canal, type de service, prestation, service type"),
        "reason": _named("reason, failure reason, motif, raison, motif d echec, commentaire echec"),
        "depot": _named("depot, warehouse, site, agence, entrepot, branch, plateforme, hub, centre, agency"),
        "driver_ref": _named(
            "driver ref, driver id, driver code, courier id, code chauffeur, id chauffeur, matricule, driver number, "
            "no chauffeur, n chauffeur, code livreur"
        ),
        "driver_name": _named(
            "driver name, driver, courier, chauffeur, nom chauffeur, nom du chauffeur, livreur, conducteur, "
            "technicien, technician"
        ),
        "tags": _named("tags, tag, labels, etiquettes, categories"),
        "notify": _named("notify, notification, message, prevenir"),
    },
    "ratings": {
        "ref": _named(
            "rating id, rating ref, review id, review pk, id review, ref, reference, id, no, id avis, reference avis, "
            "numero avis, n avis"
        ),
        "order_ref": _named(
            "order ref, order id, order number, order no, order, commande, no commande, n commande, numero de "
            "commande, reference commande, id commande"
        ),
        "stars": _named("stars, rating, score, review score, note, etoiles, nb etoiles, satisfaction, evaluation"),
        "comment": _named(
            "comment, comments, review comment message, review, text, message, commentaire, commentaires, avis, "
            "verbatim, remarque"
        ),
        "answered_at": _named(
            "answered at, review answer timestamp, answer date, rated at, date, at, date de reponse, repondu le, date "
            "avis, date de l avis, date reponse"
        ),
    },
}
# A title that stands before the comment proper.
TITLES = frozenset(_named("objet, review comment title, subject, sujet, title, titre"))
WORDS: Mapping[str, tuple[str, ...]] = {
    "planned": _named(
        "planned, new, created, approved, invoiced, processing, pending, scheduled, open, planifie, planifiee, "
        "nouveau, nouvelle, cree, creee, a livrer, en attente, prevu, prevue, confirmee, en preparation, preparee, to "
        "do, confirmed"
    ),
    "on_the_way": _named(
        "on the way, shipped, in transit, out for delivery, en route, en cours, en livraison, expedie, expediee, "
        "parti, partie, in progress, on tour, dispatched, en cours de livraison"
    ),
    "arrived": _named("arrived, at the door, sur place, arrive, arrivee, on site, door"),
    "completed": _named(
        "completed, delivered, done, complete, livre, livree, termine, terminee, realise, realisee, effectue, "
        "effectuee, finished, closed, ok, cloture, cloturee, success, livre ok, installe"
    ),
    "failed": _named(
        "failed, undelivered, unavailable, not delivered, returned, echec, echoue, echouee, non livre, non livree, "
        "absent, avise, retour, refuse, refusee, failure, ko, exception"
    ),
    "cancelled": _named("cancelled, canceled, annule, annulee, void, cancel, supprimee"),
}
