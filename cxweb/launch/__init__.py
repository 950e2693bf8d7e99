"""The one-command start: everything the product needs in one terminal. Only app.py imports it, when run as a script."""
