"""Headers that keep pages to themselves: no foreign script, no frame, no trace elsewhere."""

import secrets

from flask import Flask, Response, g

_ALWAYS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_ONE_YEAR_SECONDS = 365 * 24 * 60 * 60


def protect_pages(app: Flask, *, is_https: bool) -> None:
    """Give every answer of the application its headers, and templates `style_nonce`.

    A view that draws charts calls `pulse.charts.page.mark_chart_page`: the chart library sets
    style attributes, which no other page may have.
    """

    @app.before_request
    def make_nonce() -> None:
        g.style_nonce = secrets.token_urlsafe(16)

    @app.after_request
    def set_headers(response: Response) -> Response:
        response.headers.update(_ALWAYS)
        response.headers["Content-Security-Policy"] = _content_security_policy()
        response.headers.setdefault("Cache-Control", "no-store")  # hashed files set their own
        if is_https:
            response.headers["Strict-Transport-Security"] = f"max-age={_ONE_YEAR_SECONDS}"
        return response

    app.add_template_global(lambda: g.style_nonce, "style_nonce")


def allow_own_frame() -> None:
    """Let a page of ours show the present one in a frame; for previews that change nothing."""
    g.is_framed = True


def _content_security_policy() -> str:
    nonce = g.get("style_nonce")
    style = f"style-src 'self' 'nonce-{nonce}'" if nonce else "style-src 'self'"
    rules = [
        "default-src 'self'",
        style,
        "img-src 'self' data:",
        "script-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'" if g.get("is_framed") is True else "frame-ancestors 'none'",
        "form-action 'self'",
    ]
    if g.get("has_charts") is True:
        rules.append("style-src-attr 'unsafe-inline'")
    return "; ".join(rules)
