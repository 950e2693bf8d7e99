"""How a browser is named to the person whose it is."""

from cxweb.core.i18n import gettext

# The first that stands in its own name for itself counts: most also name those they resemble.
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def browser_words(agent: str) -> str:
    """`Firefox, Windows`; what is known of either, or that it is another program."""
    found = [next((word for mark, word in names if mark in agent), "") for names in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, found)) or gettext("another program")
