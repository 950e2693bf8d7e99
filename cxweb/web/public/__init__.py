"""The URL table of the customer's pages."""

from flask import Blueprint

blueprint = Blueprint("public", __name__)
