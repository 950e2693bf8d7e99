"""Files of orders or ratings that staff upload, what became of their rows, and mappings under a name."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from cxweb.core.db import Base
from cxweb.uploads.rules import CHANGED, KINDS, STATES

KIND_CHECK = f"kind IN {KINDS}"


class Upload(Base):
    """A file on its way in. The run that holds it writes how far it has come together with each batch."""

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint(KIND_CHECK, name="kind"),
        CheckConstraint(f"state IN {STATES}", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    # The name it had where it came from, and the one it has in the data folder.
    file_name: Mapped[str]
    stored_as: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int]
    # Whether the file, the report and what undoing takes are still there.
    kept: Mapped[bool] = mapped_column(default=True)
    state: Mapped[str] = mapped_column(index=True)
    # What is known so far of how it is read, in the mapping's own keys.
    mapping: Mapped[dict[str, Any]]
    mapping_name: Mapped[str | None]
    dry_run: Mapped[bool] = mapped_column(default=False)
    send: Mapped[bool] = mapped_column(default=False)
    stop_wanted: Mapped[bool] = mapped_column(default=False)
    # The kind of reason why it failed, and what it names, or the command's whole sentence.
    problem: Mapped[str | None]
    problem_text: Mapped[str | None]
    # Each run gets the next number, so that one that was thought dead writes no more.
    run: Mapped[int] = mapped_column(default=0)
    # Batches that are in the database; the next run begins after them.
    batches: Mapped[int] = mapped_column(default=0)
    # What became of the rows so far: counts, fallbacks, skipped.
    tally: Mapped[dict[str, Any]]
    # How far it has come of the whole, in whatever unit the step counts.
    done: Mapped[int] = mapped_column(default=0)
    whole: Mapped[int] = mapped_column(default=0)
    # The greatest ids before the run: what has a greater one came in with it, or later.
    before: Mapped[dict[str, Any]]
    # What keeps it from being undone: counts by kind, and some refs of each.
    dependents: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(index=True)
    created_by: Mapped[str]
    asked_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    # When a job was asked for, or last came further: one that stands still is told of.
    moved_at: Mapped[datetime | None]


class UploadRefusal(Base):
    """A refused row of an upload, for its report."""

    __tablename__ = "upload_refusal"
    __table_args__ = (Index("ix_upload_refusal_upload_line", "upload_id", "line"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"))
    line: Mapped[int]
    ref: Mapped[str]
    reason: Mapped[str]
    problem: Mapped[str]
    place: Mapped[str]
    value: Mapped[str]


class UploadChange(Base):
    """What an upload did to one row of the database, so that it can be undone."""

    __tablename__ = "upload_change"
    __table_args__ = (
        CheckConstraint(f"kind IN {CHANGED}", name="kind"),
        Index("ix_upload_change_upload_id", "upload_id", "id"),
        Index("ix_upload_change_upload_object", "upload_id", "object_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"))
    kind: Mapped[str]
    object_id: Mapped[int]
    # The columns as they were; null where the upload made the row.
    former: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # A digest of the row as the upload left it: another one means that somebody has changed it since.
    left_as: Mapped[str]


class SavedMapping(Base):
    """A mapping under a name, as the text that the command line reads from a file."""

    __tablename__ = "saved_mapping"
    __table_args__ = (CheckConstraint(KIND_CHECK, name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    text: Mapped[str]
    saved_at: Mapped[datetime]
    saved_by: Mapped[str]
