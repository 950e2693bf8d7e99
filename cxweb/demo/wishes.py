"""What the demo's customers answered to the open question, by language; unhappy ones ask for more."""

WISHES: dict[str, dict[bool, tuple[str, ...]]] = {
    "fr": {
        True: (
            "Rien, continuez comme ça !",
            "Un créneau d'une heure plutôt que deux.",
            "Pouvoir choisir le livreur 😊",
            "Livrer aussi le samedi matin.",
            "Reprendre les cartons, ce serait parfait.",
            "Un SMS dix minutes avant l'arrivée.",
            "Moins d'emballage plastique.",
        ),
        False: (
            "Respecter l'heure annoncée.",
            "Prévenir quand il y a du retard, tout simplement.",
            "Appeler avant de conclure que je suis absente.",
            "Un suivi qui dit la vérité.",
            "Monter le colis à l'étage quand c'est payé.",
            "Que quelqu'un réponde au téléphone.",
            "Manipuler les colis fragiles avec soin.",
        ),
    },
    "en": {
        True: ("Nothing, keep it up!", "One-hour slots would be great.", "Saturday mornings, please.", "Less plastic."),
        False: (
            "Keep to the time you promise.",
            "Tell me when you are late.",
            "Ring the bell before you leave a card.",
            "A phone number somebody answers.",
        ),
    },
}
