"""The product with its loggers at their loudest, to show what even then stands in no line."""

import logging

from cxweb.core import logs


def apply() -> None:
    quiet = logs.configure

    def configure(style: str) -> None:
        quiet(style)
        logging.getLogger().setLevel(logging.DEBUG)

    logs.configure = configure
