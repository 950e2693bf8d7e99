"""Errors as pages: what happened, what is kept, what to do; problems as JSON for programs."""

from flask import Flask, Response, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import HTTPException, InternalServerError

from cxweb.company.queries import settings
from cxweb.core import i18n
from cxweb.core.i18n import gettext, lazy
from cxweb.web import shell
from cxweb.web.api.problems import WITHOUT_A_WORD, problem
from cxweb.web.company_words import company_words
from cxweb.web.session import is_staff_path, staff

# Unknown, expired and rotated links look alike; whoever holds one is a customer, and is spoken to as one.
UNKNOWN_LINK = (
    lazy("We cannot find this order"),
    lazy("The link is incomplete, or a newer one has replaced it. Open the one of your latest message once more."),
)
STALE_FORM = (
    lazy("This form can no longer be sent"),
    lazy("You have signed in or out since it was opened. Nothing changed. Go back, reload it and send it again."),
)
NO_ARGUMENTS: MultiDict[str, str] = ImmutableMultiDict()
TEXTS = {
    400: (lazy("This request could not be read"), lazy("Go back and try again. Nothing was changed.")),
    403: (lazy("You may not do this"), lazy("Your role does not allow it. Nothing was changed. An admin can help.")),
    404: (lazy("This page does not exist"), lazy("Check the address, or ask whoever sent it to you for a new one.")),
    405: (lazy("This address does not take that"), lazy("Go back and use the buttons of the page.")),
    413: (lazy("That is too much at once"), lazy("Nothing was stored. Go back, shorten the text and send it again.")),
    429: (lazy("Too many tries"), lazy("Wait a minute, then try again. What was stored before is kept.")),
    500: (lazy("Something broke on our side"), lazy("What was stored before is kept. Try again in a minute.")),
}


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _answer)


def page(code: int, texts: tuple[str, str] | None = None) -> Response:
    """The page of an error in the reader's language; inside the staff's bar for who is signed in."""
    title, advice = texts or TEXTS.get(code, TEXTS[400])
    if code < 500 and is_staff_path(request.path) and staff():
        return make_response(shell.render("admin/error.html", title=gettext(title), advice=gettext(advice)), code)
    # Where the database may be what broke, the company is not asked for.
    company = company_words(settings(), i18n.language()) if code < 500 else None
    html = render_template("public/error.html", title=gettext(title), advice=gettext(advice), company=company)
    return make_response(html, code)


def _answer(error: HTTPException) -> Response:
    code = error.code or 500
    if error.response is not None or code < 400:
        return make_response(error.get_response())
    if request.path.startswith("/api/"):
        return _with_headers(problem(code, WITHOUT_A_WORD.get(code, error.description or error.name)), error)
    if isinstance(error, InternalServerError):
        # The database may be what broke: the company's language is not asked for.
        i18n.speak(i18n.known(*request.accept_languages.values()) or i18n.SOURCE)
        return page(code)
    person = staff() if is_staff_path(request.path) else None
    choose_language(person.language if person else None)
    texts = STALE_FORM if isinstance(error, CSRFError) else None
    if code == 404 and request.path.startswith(("/t/", "/u/")):
        texts = UNKNOWN_LINK
    return _with_headers(page(code, texts), error)


def _with_headers(response: Response, error: HTTPException) -> Response:
    """The response, with what the error says about when to try again and which methods there are."""
    response.headers.extend((name, value) for name, value in error.get_headers() if name in {"Retry-After", "Allow"})
    return response


def arguments() -> MultiDict[str, str]:
    """The address's parameters; most of a customer's visits have none, and parsing nothing costs time too."""
    return request.args if request.query_string else NO_ARGUMENTS


def choose_language(*wishes: str | None) -> None:
    """Put the reader's language in force: `?lang`, then the wishes, the browser's, the company's."""
    asked = i18n.known(arguments().get("lang"), *wishes)
    i18n.speak(asked or i18n.known(*request.accept_languages.values(), settings().company_language) or i18n.SOURCE)
