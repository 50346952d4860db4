"""Serve the pages on this machine only, and store notes as they are made."""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from insights.meeting.hearing import HearingError, import_notes
from insights.meeting.wording import labels
from insights.settings import Settings, SettingsError, StudyFolder, load_settings
from insights.store import Store, StoreError, open_store

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOST = "127.0.0.1"
HOSTS = ("127.0.0.1", "localhost")
MOST_NOTE_BYTES = 200_000
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
}
INDEX = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"></head>
<body><main><h1>{title}</h1><ul>{rows}</ul></main></body></html>"""


def make_app(root: Path) -> Starlette:
    """Return the application: the list of pages, ``/pages/...`` with ranges, and ``POST /notes``.

    Only files in ``pages/`` are served; links that lead elsewhere, paths outside and foreign hosts are refused, and
    notes are taken from pages of this very server alone.
    """
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles

    folder = StudyFolder(root)

    async def index(request: Request) -> Response:
        return index_response(folder)

    async def notes(request: Request) -> Response:
        return await take_notes(request, folder)

    return Starlette(
        routes=[
            Route("/", index),
            Route("/notes", notes, methods=["POST"]),
            Mount("/pages", with_headers(StaticFiles(directory=folder.pages, check_dir=False, follow_symlink=False))),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS), www_redirect=False)],
    )


def with_headers(app: ASGIApp) -> ASGIApp:
    """Return an application whose answers all carry ``HEADERS``."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                more = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        await app(scope, receive, send_more)

    return wrapped


def index_response(folder: StudyFolder) -> Response:
    """Return the list of pages, the latest first."""
    from starlette.responses import HTMLResponse

    language = page_language(folder)
    names = sorted((path.name for path in folder.pages.glob("*.html") if path.is_file()), reverse=True)
    rows = "".join(f'<li><a href="/pages/{html.escape(name)}">{html.escape(name)}</a></li>' for name in names)
    return HTMLResponse(
        INDEX.format(
            language=language,
            title=html.escape(labels(language)["pages"]),
            rows=rows or f"<li>{html.escape(labels(language)['pages_none'])}</li>",
        ),
        headers={**HEADERS, "Content-Security-Policy": "default-src 'none'"},
    )


def page_language(folder: StudyFolder) -> str:
    """Return the language of the study's pages; the default where its settings can't be read."""
    try:
        return load_settings(folder.root).study.language
    except SettingsError:
        return Settings().study.language


async def take_notes(request: Request, folder: StudyFolder) -> Response:
    """Store notes that a page of this server sent; refuse everything else."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse

    if not from_here(request):
        return JSONResponse({"error": "notes are taken from this server's own pages only"}, 403, HEADERS)
    content = b""
    async for piece in request.stream():
        content += piece
        if len(content) > MOST_NOTE_BYTES:
            return JSONResponse({"error": "too long"}, 413, HEADERS)
    try:
        found = await run_in_threadpool(keep_notes, folder, content)
    except (HearingError, StoreError) as error:
        return JSONResponse({"error": str(error)}, 400, HEADERS)
    if found["refused"]:
        return JSONResponse(found, 400, HEADERS)
    return JSONResponse(found, 200, HEADERS)


def from_here(request: Request) -> bool:
    """Return whether a request was made by a page of this server: JSON, and an origin equal to the host asked."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    origin = request.headers.get("origin")
    return kind == "application/json" and (origin is None or urlsplit(origin).netloc == request.headers.get("host"))


def keep_notes(folder: StudyFolder, content: bytes) -> dict[str, object]:
    """Store notes and return how many are new."""
    store: Store = open_store(folder.store)
    try:
        found = import_notes(store, content, source="serve")
    finally:
        store.close()
    return {"new": found.new, "known": found.known, "refused": list(found.refused)}
