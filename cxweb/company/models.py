"""The company: its settings and the tree of its depots."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from cxweb.core.db import Base


class Setting(Base):
    """One company setting that differs from its default, as text."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    updated_at: Mapped[datetime]


class Logo(Base):
    """The company's logo, re-encoded and small. Its digest stands in its address, so that browsers may keep it."""

    __tablename__ = "logo"

    digest: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[datetime]


class Depot(Base):
    """A depot or a region of depots; who sees a node sees its branch."""

    __tablename__ = "depot"
    __table_args__ = (CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_its_own_parent"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("depot.id"), index=True)
    timezone: Mapped[str | None]
    is_demo: Mapped[bool] = mapped_column(default=False)
