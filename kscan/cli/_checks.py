"""Checks of patchwork: its REST API as far as kscan speaks it.

Source: https://patchwork.readthedocs.io/en/latest/api/rest/, of which ``/patches/?msgid=`` and
``/patches/{id}/checks/`` are used.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPException, HTTPMessage
from typing import IO, Any

import msgspec

from kscan.errors import InputError

_TIMEOUT = 30  # seconds
_LARGEST = 1 << 20  # bytes of an answer
_LOCAL = ("localhost", "127.0.0.1", "::1")


class Check(msgspec.Struct, frozen=True):
    """What is said of a patch.  ``state`` is success, warning or fail; ``target_url`` may be empty."""

    state: str
    context: str
    description: str
    target_url: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """The body of the request."""
        told = {"state": self.state, "context": self.context, "description": self.description}
        return told | ({"target_url": self.target_url} if self.target_url else {})


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to wherever it leads."""

    def redirect_request(
        self,
        req: urllib.request.Request,  # noqa: ARG002 - urllib's signature
        fp: IO[bytes],  # noqa: ARG002
        code: int,  # noqa: ARG002
        msg: str,  # noqa: ARG002
        headers: HTTPMessage,  # noqa: ARG002
        newurl: str,  # noqa: ARG002
    ) -> None:
        return None


class Patchwork:
    """A server.  All methods raise InputError, with what the server said."""

    def __init__(self, server: str, token: str, project: str = "") -> None:
        """``server`` is its address, with or without ``/api``.  The token goes over https only."""
        parts = urllib.parse.urlsplit(server)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise InputError("--server", f"{server!r} is no address", "write https://patchwork.example.org")
        if parts.scheme == "http" and parts.hostname not in _LOCAL:
            raise InputError(server, "would send the token unencrypted", "write https://")
        path = parts.path.rstrip("/")
        self._api = f"{parts.scheme}://{parts.netloc}{path if '/api' in path else f'{path}/api'}"
        self._token = token
        self._project = project
        self._opener = urllib.request.build_opener(_NoRedirect)

    def patch(self, message_id: str) -> int:
        """The number of the patch that came in the mail of this id."""
        query = {"msgid": message_id} | ({"project": self._project} if self._project else {})
        found = self._ask(f"/patches/?{urllib.parse.urlencode(query)}")
        numbers = [p["id"] for p in found if isinstance(p, dict) and isinstance(p.get("id"), int)]
        if len(numbers) != 1:
            reason = "is in several projects" if numbers else "is not known to the server"
            raise InputError(f"<{message_id}>", reason, "name the project with --project")
        return int(numbers[0])

    def post(self, number: int, check: Check) -> bool:
        """Add a check to a patch; False where its newest one of that context says the same already."""
        place = f"/patches/{number}/checks/"
        same = [c for c in self._ask(place) if isinstance(c, dict) and c.get("context") == check.context]
        newest = max(same, key=lambda c: (str(c.get("date", "")), int(c.get("id", 0))), default={})
        if all((newest.get(key) or "") == value for key, value in check.fields.items()):
            return False
        self._ask(place, check.fields)
        return True

    def _ask(self, place: str, fields: dict[str, str] | None = None) -> list[Any]:
        body = None if fields is None else json.dumps(fields).encode()
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Token {self._token}"
        # The scheme is one of two: see __init__.
        request = urllib.request.Request(f"{self._api}{place}", body, headers)  # noqa: S310
        try:
            with self._opener.open(request, timeout=_TIMEOUT) as answer:
                said = json.loads(answer.read(_LARGEST))
        except urllib.error.HTTPError as error:
            raise InputError(self._api + place, f"{error.code} {error.reason}: {_detail(error)}") from error
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise InputError(self._api + place, f"cannot be reached: {reason}") from error
        except ValueError as error:
            raise InputError(self._api + place, "gave no JSON", "is that a patchwork server?") from error
        return said if isinstance(said, list) else []


def _detail(error: urllib.error.HTTPError) -> str:
    try:
        return error.read(500).decode("utf-8", "replace")
    except (OSError, HTTPException):
        return ""
