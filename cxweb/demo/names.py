"""The names of the demo's customers: those who read French and those who read English."""

# Strings, because lists of two hundred names would take a line for each.
FIRST_FR = (
    "Marie Claire Jean Pierre Isabelle Nathalie Philippe Catherine Michel Sylvie Christophe Sandrine Nicolas "
    "Céline Éric Stéphanie Olivier Aurélie Sébastien Émilie Guillaume Amélie Romain Pauline Maxime Manon "
    "Alexandre Mathilde Lucas Louise Gabriel Alice Arthur Jeanne Yasmine Omar Leïla Rayan Awa Ousmane Linh Théo "
    "Zoé Gérard Monique Bernard Odile Françoise Maëlle Baptiste"
).split()
LAST_FR = (
    "Martin Bernard Petit Durand Moreau Laurent Lefèvre Roux Fournier Morel Garnier Faure Rousseau Blanc Guérin "
    "Boyer Chevallier Gauthier Perrin Robin Clément Morin Nicolas Henry Mathieu Masson Marchal Duval Denis Dumont "
    "Lemaire Noël Meyer Dufour Meunier Brun Blanchard Giraud Joly Rivière Lucas Brunet Gaillard Barbier Arnaud "
    "Renard Roche Picard Benhamou Traoré Nguyen Pereira Haddad Cohen Rey Payet Collet Bertin Charvet Bonnefoy "
    "Chavanne Thévenet"
).split()
FIRST_EN = (
    "James Emma Oliver Charlotte William Grace Henry Hannah George Lucy Daniel Sarah Thomas Megan Ryan Priya "
    "Arjun Kate Samuel Rachel Ben Olivia Jack Fiona Callum Amy"
).split()
LAST_EN = (
    "Smith Jones Taylor Brown Wilson Evans Walker Wright Robinson Thompson White Hughes Edwards Green Hall Wood "
    "Harris Clarke Patel Murphy Kelly O'Brien Campbell Stewart Anderson Murray Fletcher Barnes"
).split()
