"""What a backup consists of beside the database."""

from cxweb.actions.steps.note_erasures import NAME

# What people have sent and is kept for a while; files made from the database are made anew.
FOLDERS = ("uploads",)
KEY_PART = "secret_key"
ERASURES_PART = NAME
