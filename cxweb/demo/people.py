"""Makes the demo's drivers and customers."""

import unicodedata
from random import Random

from cxweb.demo.company import DEPOTS, STREETS, DemoDepot
from cxweb.demo.facts import DemoCustomer, DemoDriver
from cxweb.demo.names import FIRST_EN, FIRST_FR, LAST_EN, LAST_FR

ENGLISH_SHARE = 0.17
LOYAL_SHARE = 0.28
NO_EMAIL_SHARE = 0.04


def drivers(random: Random) -> list[DemoDriver]:
    """Every depot's drivers, some better liked than others."""
    return [
        DemoDriver(
            f"demo-{depot.route.lower()}-{number:02}",
            name,
            depot.ref,
            f"{depot.route}-{number:02}",
            random.gauss(0, 0.3),
        )
        for depot in DEPOTS
        for number, name in enumerate(depot.drivers, 1)
    ]


class Customers:
    """The customers of the depots' towns; some order again."""

    def __init__(self, random: Random, first_number: int = 1) -> None:
        self.random = random
        self.number = first_number
        self.emails: set[str] = set()
        self.known: dict[str, list[DemoCustomer]] = {depot.ref: [] for depot in DEPOTS}

    def one(self, depot: DemoDepot) -> DemoCustomer:
        """Somebody in the depot's towns who awaits a delivery."""
        known = self.known[depot.ref]
        if known and self.random.random() < LOYAL_SHARE:
            return self.random.choice(known)
        customer = self._new(depot)
        known.append(customer)
        return customer

    def _new(self, depot: DemoDepot) -> DemoCustomer:
        random, number = self.random, self.number
        self.number += 1
        english = random.random() < ENGLISH_SHARE
        first = random.choice(FIRST_EN if english else FIRST_FR)
        last = random.choice(LAST_EN if english else LAST_FR)
        postcode, city = random.choice(depot.towns)
        return DemoCustomer(
            ref=f"demo-c{number:05}",
            name=f"{first} {last}",
            email=None if random.random() < NO_EMAIL_SHARE else self._email(first, last),
            # The French regulator keeps this range for fiction: nobody has these numbers.
            phone=f"+3363998{number % 10_000:04}",
            language="en" if english else "fr",
            address_line=f"{random.randint(1, 118)} {random.choice(STREETS)}",
            postcode=postcode,
            city=city,
        )

    def _email(self, first: str, last: str) -> str:
        """An address at a domain that belongs to nobody; a number tells namesakes apart."""
        local = name = f"{_plain(first)}.{_plain(last)}"
        while local in self.emails:
            local = f"{name}{self.random.randint(2, 99)}"
        self.emails.add(local)
        return f"{local}@example.com"


def _plain(name: str) -> str:
    """A name as it stands in an e-mail address."""
    letters = unicodedata.normalize("NFD", name.lower())
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())
