"""An application with one page of charts, drawn and protected as the product does it."""

from pathlib import Path

from flask import Flask, render_template_string
from jinja2 import FileSystemLoader, StrictUndefined

from pulse import assets
from pulse.charts.page import install_charts, mark_chart_page
from pulse.security import protect_pages
from tests.pulse.charts.chart_specs import forest, two_years

REPOSITORY = Path(__file__).resolve().parents[3]
PAGE = """{% from "_chart.html" import chart, chart_head %}
<!doctype html><html lang="en"><head><title>Charts</title>
<link rel="stylesheet" href="{{ asset_url('tokens.css') }}">
<link rel="stylesheet" href="{{ asset_url('page.css') }}">{{ chart_head(style_nonce()) }}</head>
<body><main>{% for spec in specs %}{{ chart(spec) }}{% endfor %}</main></body></html>"""


def chart_app() -> Flask:
    """Return an application whose page `/` holds a process chart and a forest."""
    app = Flask("charts-test", static_folder=None, template_folder=None)
    app.jinja_loader = FileSystemLoader([REPOSITORY / "templates"])
    app.jinja_env.undefined = StrictUndefined
    app.register_blueprint(assets.bp)
    app.add_template_global(assets.asset_url)
    install_charts(app)
    protect_pages(app, is_https=False)

    @app.get("/")
    def charts() -> str:
        mark_chart_page()
        return render_template_string(PAGE, specs=[two_years(), forest()])

    return app
