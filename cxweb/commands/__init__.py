"""The flask commands, one file a subject."""
