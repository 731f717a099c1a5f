"""The one blueprint of the package; each module of views adds its pages to it."""

from flask import Blueprint

blueprint = Blueprint("reports", __name__)
