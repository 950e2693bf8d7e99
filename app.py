"""The application for a WSGI server (`granian app:app`, `gunicorn app:app`); run as a script, the one-command start."""

if __name__ == "__main__":
    from cxweb.launch.main import main

    raise SystemExit(main())

from cxweb import create_app
from cxweb.core import logs
from cxweb.settings import InvalidSetting

try:
    app = create_app()
except InvalidSetting as error:
    raise SystemExit(f"cxweb cannot start: {error}") from None
logs.configure(app.config["CXWEB"].log)
