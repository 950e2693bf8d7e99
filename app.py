"""The application for a WSGI server: `granian app:app` or `gunicorn app:app`."""

from cxweb import create_app

app = create_app()
