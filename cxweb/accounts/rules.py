"""Roles, what each may do, and the perimeter a person or key sees."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import NamedTuple, Protocol

ROLES = ("admin", "dispatcher", "relations", "reader")
SCOPES = ("orders", "read", "metrics")

# The role table of the product. `own` is one's own account, `figures` is what every role may see.
ALLOWED: Mapping[str, frozenset[str]] = {
    "reader": frozenset({"own", "figures"}),
    "dispatcher": frozenset({"own", "figures", "contacts", "orders"}),
    "relations": frozenset({"own", "figures", "contacts", "orders", "relations", "export", "stop_list"}),
    "admin": frozenset(
        {
            "own",
            "figures",
            "contacts",
            "orders",
            "relations",
            "export",
            "stop_list",
            "settings",
            "company",
            "accounts",
            "audit",
        }
    ),
}
# What concerns every depot: who sees a part of the company does none of it, and who acts on a part changes none of it.
WHOLE_COMPANY = frozenset({"stop_list", "company", "audit"})
OWN = "own"
# So many depots of a perimeter are named where there is little room.
NAMED_DEPOTS = 3

ATTEMPT_WINDOW = timedelta(minutes=15)
FREE_ATTEMPTS = 5
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
# How long the address in a mail opens the form for a password.
INVITATION_LENGTH, RENEWAL_LENGTH = timedelta(days=7), timedelta(hours=1)
# New passwords mailed to one person in an hour; more would only fill a mailbox.
MOST_RENEWALS = 3
# The second step: how long it is waited for, how often it may be tried, and how many wrong codes of one account in
# ATTEMPT_WINDOW, from wherever, leave only the recovery codes, which nobody guesses.
CODE_PATIENCE = timedelta(minutes=10)
MOST_TRIES, MOST_CODES = 5, 50
RECOVERY_CODES = 10
# How long a device or provider may take for its answer, and how many passkeys a person may have.
CHALLENGE_PATIENCE = timedelta(minutes=5)
MOST_PASSKEYS = 20
# A session's row is moved on by what a person does, but not more often than this.
COARSE = timedelta(minutes=5)
# How exact the last use of a key is known.
LAST_USE = timedelta(minutes=1)
# For how long a program may repeat a request under the same Idempotency-Key and get the same answer.
ANSWERS_KEPT = timedelta(hours=24)
# How long a request is awaited whose holder may have died over it.
ANSWER_HELD = timedelta(seconds=60)


class OtherRequest(Exception):
    """This Idempotency-Key came with another request before."""


class StillRunning(Exception):
    """The request that came first with this Idempotency-Key is being worked on."""


class ForbiddenAct(Exception):
    """The role does not allow the act."""


class Grant(NamedTuple):
    """A part of the company that is given to somebody: a depot's branch by its ref, or without one all of it."""

    depot: str | None
    acting: bool = True


EVERYTHING = (Grant(None),)


@dataclass(frozen=True)
class Perimeter:
    """What of the company is seen, and what of that is acted on: all of it (None), or the branches below some depots.

    The branches add up: one that is acted on is so with all below it, whatever else is only seen.
    """

    sees: frozenset[int] | None = None
    acts_on: frozenset[int] | None = None

    def __post_init__(self) -> None:
        if self.sees is not None and self.acts_on is None:
            raise ValueError("Nobody acts on more than they see.")

    @classmethod
    def of(cls, depot_id: int | None) -> "Perimeter":
        """One depot's branch, or without a depot the whole company, to see and to act on."""
        part = None if depot_id is None else frozenset({depot_id})
        return cls(part, part)

    @classmethod
    def given(cls, parts: Iterable[tuple[int | None, bool]]) -> "Perimeter":
        """What these parts add up to: each a depot's id, None for the whole company, and whether it is acted on."""
        seen, acted = set[int | None](), set[int | None]()
        for depot_id, acting in parts:
            seen.add(depot_id)
            acted |= {depot_id} if acting else set()
        return cls(_added_up(seen), _added_up(acted))

    @property
    def whole(self) -> bool:
        return self.sees is None

    @property
    def reach(self) -> "Perimeter":
        """What is acted on, as a perimeter of its own."""
        return self if self.sees == self.acts_on else Perimeter(self.acts_on, self.acts_on)

    @property
    def home(self) -> int | None:
        """The one depot that everything seen hangs below, where there is one."""
        return next(iter(self.sees)) if self.sees is not None and len(self.sees) == 1 else None


def _added_up(parts: set[int | None]) -> frozenset[int] | None:
    return None if None in parts else frozenset(part for part in parts if part is not None)


@dataclass(frozen=True)
class Staff:
    """The signed-in person, as plain facts."""

    id: int
    name: str
    email: str
    role: str
    perimeter: Perimeter
    language: str | None
    # The depots of the perimeter, by name; none where it is the whole company.
    depot_names: tuple[str, ...] = ()
    has_totp: bool = False
    has_passkey: bool = False
    # The provider that signed the person in answers for the second step.
    vouched: bool = False
    # When the session was last used, COARSE.
    seen_at: datetime | None = None

    @property
    def actor(self) -> str:
        """How the audit log and the history name this person."""
        return f"user:{self.id}"

    @property
    def depot_name(self) -> str | None:
        """What the perimeter is called; None where it is the whole company."""
        if self.perimeter.whole:
            return None
        first, more = self.depot_names[:NAMED_DEPOTS], len(self.depot_names) - NAMED_DEPOTS
        return ", ".join(first) + (f" +{more}" if more > 0 else "") or "–"

    @property
    def read_only(self) -> bool:
        """Whether nothing at all is acted on."""
        return self.perimeter.acts_on == frozenset()

    def may(self, act: str, *, changes: bool = False) -> bool:
        """The decision about every page and button: role, perimeter, and whether the act changes something.

        Whether a single object is acted on is for whoever finds it: accounts.queries.require_acted.
        """
        part = self.perimeter.reach if changes else self.perimeter
        if act not in ALLOWED[self.role] or (act in WHOLE_COMPANY and not part.whole):
            return False
        return not (changes and self.read_only and act != OWN)

    def may_change(self, act: str) -> bool:
        return self.may(act, changes=True)

    @property
    def has_second_step(self) -> bool:
        """Whether more than a password stood between a stranger and this session."""
        return self.has_totp or self.has_passkey or self.vouched

    def needs_second_step(self, wanted_of: str) -> bool:
        """Whether the company wants a second step of this person: of `nobody`, of `admins`, or of `everybody`."""
        return wanted_of == "everybody" or (wanted_of == "admins" and self.role == "admin")

    def require(self, act: str) -> None:
        """Raises ForbiddenAct unless the role allows the act."""
        if not self.may(act):
            raise ForbiddenAct(act)

    def require_whole(self, act: str, *, changes: bool = False) -> None:
        """Raises ForbiddenAct unless the role allows the act, and what is seen of the company, or acted on, is all."""
        part = self.perimeter.reach if changes else self.perimeter
        if not self.may(act, changes=changes) or not part.whole:
            raise ForbiddenAct(act)


@dataclass(frozen=True)
class Client:
    """The program behind an API key, as plain facts."""

    key_id: int
    name: str
    scopes: frozenset[str]
    perimeter: Perimeter
    last_used_at: datetime | None = None

    @property
    def actor(self) -> str:
        return f"key:{self.key_id}"


def wait_before_next(failures: int) -> timedelta:
    """How long after the last of so many wrong passwords the next try is heard: none up to FREE_ATTEMPTS, then doubling
    from 2 s to at most 5 min."""
    if failures < FREE_ATTEMPTS:
        return timedelta(0)
    # 2**9 is beyond five minutes; an attack from everywhere counts thousands, which no timedelta could hold.
    return min(timedelta(seconds=2 ** min(failures - FREE_ATTEMPTS + 1, 9)), timedelta(minutes=5))


@dataclass(frozen=True)
class Failures:
    """Wrong passwords of the last ATTEMPT_WINDOW: how many, and when the last one was."""

    count: int = 0
    last: datetime | None = None

    def heard_from(self, count: int) -> datetime | None:
        """When the next try is heard if `count` failures weigh on it; None for at once."""
        return self.last + wait_before_next(count) if self.last is not None else None


def heard_from(account: int, from_address: Failures, account_from_address: Failures) -> datetime | None:
    """When the next try for an account from an address is heard; None for at once.

    All failures of the address slow it down, and those of the account slow down whoever has already failed there.
    The first try from another address is always heard, so that guessing never locks the owner out.
    """
    instants = (from_address.heard_from(from_address.count), account_from_address.heard_from(account))
    return max((instant for instant in instants if instant is not None), default=None)


def counter_holds(before: int, now: int) -> bool:
    """Whether a passkey's counter is one of the device that was registered: a copy's goes back, or stands still.

    Devices that do not count say 0 for ever (WebAuthn, 6.1.1).
    """
    return now > before or (now, before) == (0, 0)


def network_of(address: str) -> str:
    """What an address counts as: itself, or its /64 network, since one IPv6 host owns all of that."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


class Acting(Protocol):
    """Whoever acts: a member of the staff, a program, or the product itself."""

    @property
    def actor(self) -> str: ...

    @property
    def perimeter(self) -> Perimeter: ...


@dataclass(frozen=True)
class Operator:
    """The product itself or its operator's command line; sees the whole company."""

    actor: str = "system"
    perimeter: Perimeter = Perimeter()
