"""The page's files and openapi.json, read once: nothing that a client writes in a path reaches the disk."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

_FOLDER = Path(__file__).parent.parent / "page"
_OPENAPI = Path(__file__).parent / "openapi.json"
# Not the machine's own table, which differs from one to the next.
_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}


@dataclass(frozen=True)
class _File:
    data: bytes
    content_type: str
    tag: str


class PageFiles:
    """GET /, /day, /page/NAME and /openapi.json."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._files = {path.name: _read(path) for path in folder.iterdir() if path.suffix in _TYPES}
        self._openapi = _read(_OPENAPI)

    async def index(self, request: web.Request) -> web.Response:
        return self._answer(request, self._files["index.html"])

    async def day(self, request: web.Request) -> web.Response:
        return self._answer(request, self._files["day.html"])

    async def openapi(self, request: web.Request) -> web.Response:
        return self._answer(request, self._openapi)

    async def file(self, request: web.Request) -> web.Response:
        file = self._files.get(request.match_info["name"])
        if file is None:
            raise web.HTTPNotFound
        return self._answer(request, file)

    def _answer(self, request: web.Request, file: _File) -> web.Response:
        # Asked for again each time, so that an upgrade shows at the next look.
        headers = {"Cache-Control": "no-cache", "ETag": file.tag}
        if request.headers.get("If-None-Match") == file.tag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=file.data, content_type=file.content_type, charset="utf-8", headers=headers)


def _read(path: Path) -> _File:
    data = path.read_bytes()
    return _File(data, _TYPES[path.suffix], f'"{hashlib.sha256(data).hexdigest()[:20]}"')
