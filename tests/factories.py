"""Rows for tests, made through the product's own actions wherever there is one."""

from datetime import datetime
from itertools import count
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import select

from cxweb.accounts.models import User, UserBranch
from cxweb.accounts.rules import Operator, Perimeter, Staff
from cxweb.actions.change_order_status import change_order_status
from cxweb.actions.rate_order import rate_order
from cxweb.actions.save_order import save_order
from cxweb.company.models import Depot, Setting
from cxweb.company.queries import forget_settings
from cxweb.core import clock
from cxweb.core.db import session, transaction
from cxweb.intake.rules import OrderFields
from cxweb.orders.models import Order
from cxweb.orders.queries import by_ref
from cxweb.ratings.models import Rating
from cxweb.ratings.rules import Answer

WHOLE = Perimeter()
PASSWORD = "a quiet test password"
# As little work as argon2 allows: the tests sign in hundreds of times.
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


class Factory:
    """Makes rows; each call gives a new one."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def setting(self, key: str, value: str) -> None:
        with transaction() as opened:
            opened.merge(Setting(key=key, value=value, updated_at=clock.now()))
        forget_settings()

    def depot(self, ref: str, parent: Depot | None = None, **columns: Any) -> Depot:
        with transaction() as opened:
            depot = Depot(ref=ref, name=columns.pop("name", ref), parent_id=parent.id if parent else None, **columns)
            opened.add(depot)
        return depot

    def user(
        self,
        role: str = "admin",
        depot: Depot | None = None,
        *,
        read_only: bool = False,
        only_seen: Depot | None = None,
        **columns: Any,
    ) -> Staff:
        """A person who acts on the depot's branch or the company, or reads only, and sees another branch besides."""
        number = next(self._numbers)
        parts: dict[int | None, bool] = {depot.id if depot else None: not read_only}
        if only_seen is not None:
            parts[only_seen.id] = False
        with transaction() as opened:
            user = User(
                email=columns.pop("email", f"user{number}@example.com"),
                name=columns.pop("name", f"User {number}"),
                password_hash=PASSWORD_HASH,
                role=role,
                branches=[UserBranch(depot_id=id_, acting=acting) for id_, acting in parts.items()],
                created_at=clock.now(),
                **columns,
            )
            opened.add(user)
        return Staff(user.id, user.name, user.email, role, Perimeter.given(parts.items()), user.language)

    def order(
        self, ref: str | None = None, *, status: str = "planned", at: datetime | None = None, **fields: Any
    ) -> Order:
        """An order moved to the status; fields as in OrderFields."""
        ref = ref or f"A-{next(self._numbers)}"
        save_order(ref, OrderFields(**fields), Operator())  # type: ignore[typeddict-item]
        if status != "planned":
            change_order_status(by_ref, ref, status, Operator(), at=at, reason="a reason")
        return by_ref(ref, WHOLE)

    def completed(self, ref: str | None = None, **fields: Any) -> Order:
        return self.order(ref, status="completed", **fields)

    def rating(self, order: Order | None = None, stars: int = 5, comment: str | None = None, **fields: Any) -> Rating:
        order = order or self.completed()
        rate_order(order.token, Answer(stars=stars, comment=comment, **fields), "fr")
        return session().scalars(select(Rating).where(Rating.order_id == order.id)).one()
