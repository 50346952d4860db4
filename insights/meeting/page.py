"""One self-contained file: data as inert JSON, one style, one script, and a policy that allows nothing else."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from insights.meeting.wording import labels

ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def page_html(data: Mapping[str, Any], *, language: str) -> str:
    """Return the page; ``data`` is what the script builds it from."""
    style, script = part("page.css"), part("page.js")
    words = {name: html.escape(text) for name, text in labels(language).items()}
    title = html.escape(f"{labels(language)['title']} {data['date']}")
    return part("page.html").format(
        language=language,
        policy=html.escape(policy(style, script)),
        title=title,
        no_script=words["no_script"],
        style=style,
        data=inert_json(data),
        script=script,
    )


def part(name: str) -> str:
    """Return a file of the page that lies beside this module."""
    return files("insights.meeting").joinpath(name).read_text(encoding="utf-8")


def policy(style: str, script: str) -> str:
    """Return the content security policy: this very style and script, sound from inside the page, notes to its server.

    ``connect-src`` matters only when the page is served by `earful serve`; opened from disk nothing is sent.
    """
    return (
        f"default-src 'none'; style-src '{digest(style)}'; script-src '{digest(script)}'; "
        "media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'"
    )


def digest(text: str) -> str:
    """Return the hash of an inline part as a policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def inert_json(value: object) -> str:
    """Return JSON that no HTML parser sees a tag in, whatever customers said.

    >>> "<" in inert_json("</script>"), json.loads(inert_json("</script>"))
    (False, '</script>')
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign, escape in ESCAPES.items():
        text = text.replace(sign, escape)
    return text
