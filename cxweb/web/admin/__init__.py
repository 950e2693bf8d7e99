"""The URL table of the staff's pages."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__)
