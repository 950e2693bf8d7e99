"""The demo's delivery company: its depots, drivers, towns, and why its deliveries fail."""

from dataclasses import dataclass

NAME = "Maison Colibri"
REGION = ("demo-rhone", "Rhône et Nord-Isère")


@dataclass(frozen=True)
class DemoDepot:
    """A depot, who drives for it and where."""

    ref: str
    name: str
    route: str
    drivers: tuple[str, ...]
    towns: tuple[tuple[str, str], ...]


DEPOTS = (
    DemoDepot(
        "demo-gerland",
        "Lyon Gerland",
        "GER",
        ("Mehdi Benali", "Sophie Lacroix", "Thomas Girard", "Aïcha Diallo", "Julien Perrot", "Nadia Ferreira"),
        (
            ("69001", "Lyon"),
            ("69002", "Lyon"),
            ("69003", "Lyon"),
            ("69004", "Lyon"),
            ("69005", "Lyon"),
            ("69006", "Lyon"),
            ("69007", "Lyon"),
            ("69008", "Lyon"),
            ("69110", "Sainte-Foy-lès-Lyon"),
            ("69600", "Oullins-Pierre-Bénite"),
        ),
    ),
    DemoDepot(
        "demo-saint-priest",
        "Saint-Priest",
        "STP",
        ("Karim Haddad", "Élodie Marchand", "Bruno Teixeira", "Fatou Ndiaye", "Laurent Vial", "Inès Roche"),
        (
            ("69800", "Saint-Priest"),
            ("69500", "Bron"),
            ("69200", "Vénissieux"),
            ("69100", "Villeurbanne"),
            ("69680", "Chassieu"),
            ("69330", "Meyzieu"),
            ("69150", "Décines-Charpieu"),
            ("69780", "Mions"),
        ),
    ),
    DemoDepot(
        "demo-villefranche",
        "Villefranche",
        "VIL",
        ("Pascal Brossard", "Léa Chevalier", "Yann Le Goff", "Samira Bouzid", "David Moulin", "Chloé Prost"),
        (
            ("69400", "Villefranche-sur-Saône"),
            ("69400", "Gleizé"),
            ("69400", "Limas"),
            ("69480", "Anse"),
            ("69220", "Belleville-en-Beaujolais"),
            ("01600", "Trévoux"),
            ("69250", "Neuville-sur-Saône"),
        ),
    ),
    DemoDepot(
        "demo-vienne",
        "Vienne",
        "VIE",
        ("Antoine Meunier", "Marta Kowalska", "Rachid Amrani", "Camille Dutel", "Hugo Sabatier", "Valérie Poncet"),
        (
            ("38200", "Vienne"),
            ("38200", "Seyssuel"),
            ("69700", "Givors"),
            ("69420", "Condrieu"),
            ("69420", "Ampuis"),
            ("38780", "Pont-Évêque"),
            ("38670", "Chasse-sur-Rhône"),
        ),
    ),
)

STREETS = (
    "rue de la République",
    "rue Victor-Hugo",
    "avenue Jean-Jaurès",
    "rue des Tanneurs",
    "chemin du Moulin",
    "place de la Mairie",
    "rue Pasteur",
    "allée des Tilleuls",
    "montée du Château",
    "rue du 8-Mai-1945",
    "impasse des Lilas",
    "boulevard des Alpes",
    "quai du Rhône",
    "rue de l'Église",
    "avenue Berthelot",
    "rue Garibaldi",
    "chemin des Vignes",
    "rue Marius-Berliet",
)

FAILURES = (
    "Client absent, avis de passage laissé",
    "Adresse introuvable, pas de réponse au téléphone",
    "Colis refusé : emballage endommagé",
    "Accès impossible : rue barrée pour travaux",
    "Code d'entrée erroné",
    "Marchandise manquante au chargement",
    "Le canapé ne passe pas dans l'escalier",
)
CANCELLATIONS = ("Commande annulée par le client", "Rupture de stock", "Commandé deux fois par erreur")
TAGS = ("fragile", "étage", "grand volume", "express", "reprise ancien appareil", "sur rendez-vous")
