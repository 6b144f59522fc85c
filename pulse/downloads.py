"""Answers that a browser keeps as a file."""

from collections.abc import Iterator

from flask import Response


def file_response(text: str | Iterator[str], name: str, *, mimetype: str = "text/csv") -> Response:
    """Return the text, or its parts as they come, as a file to keep under this name."""
    response = Response(text, mimetype=mimetype)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
