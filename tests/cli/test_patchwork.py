"""The patchwork client against a local server that answers as the documented API does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import kscan
from tests.sources.writers import diff, patch_mail

CHECKOUT = Path(kscan.__file__).parent.parent
CORPUS = CHECKOUT / "tests/corpus/kernel"
PSERIES = "arch/powerpc/platforms/pseries/pci.c"
FREE = "\t\tkfree(pdn->pe_num_map); // expect: undone-twice\n"
TOKEN = "0123456789"


class Server(ThreadingHTTPServer):
    """Patch 7 is the mail bad@x, patch 8 good@x; two@x is in two projects."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.patches = {"bad@x": [7], "good@x": [8], "two@x": [1, 2]}
        self.checks: dict[int, list[dict[str, Any]]] = {}
        self.requests: list[str] = []
        self.redirect = ""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_words: object) -> None:
        pass

    def answer(self, status: int, body: Any) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if self.server.redirect:
            self.send_header("Location", self.server.redirect)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def do_GET(self) -> None:
        self.server.requests.append(f"GET {self.path}")
        url = urlsplit(self.path)
        if self.server.redirect:
            self.answer(302, [])
        elif url.path == "/api/patches/":
            query = parse_qs(url.query)
            numbers = self.server.patches.get(query["msgid"][0], [])
            if "project" in query:
                numbers = numbers[:1]
            self.answer(200, [{"id": number} for number in numbers])
        else:
            self.answer(200, self.server.checks.get(int(url.path.split("/")[3]), []))

    def do_POST(self) -> None:
        self.server.requests.append(f"POST {self.path}")
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Authorization"] != f"Token {TOKEN}":
            self.answer(403, {"detail": "Invalid token."})
        elif not self.path.endswith("/checks/") or body["state"] not in {"success", "warning", "fail"}:
            self.answer(400, {"detail": "bad request"})
        else:
            held = self.server.checks.setdefault(int(self.path.split("/")[3]), [])
            held.append({"id": len(held), "date": f"2026-01-01T00:00:{len(held):02}", **body})
            self.answer(201, held[-1])


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree where the hazard is cured, and beside it a mail that brings it back and one that does not."""
    tree = Path(shutil.copytree(CORPUS, tmp_path / "linux"))
    old = (tree / PSERIES).read_text()
    cured = old.replace("\tif (rc)\n" + FREE, "\tif (rc) {\n" + FREE + "\t\tpdn->pe_num_map = NULL;\n\t}\n")
    assert cured != old
    (tree / PSERIES).write_text(cured)
    (tmp_path / "bad").write_bytes(patch_mail(diff(PSERIES, cured, old), Message_ID="<bad@x>"))
    harmless = cured.replace("\tint rc;\n", "\tint rc;\n\n", 1)
    (tmp_path / "good").write_bytes(patch_mail(diff(PSERIES, cured, harmless), Message_ID="<good@x>"))
    return tree


def run(tree: Path, *args: str, token: str = TOKEN) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(CHECKOUT), "KSCAN_PATCHWORK_TOKEN": token, "no_proxy": "*"}
    ran = subprocess.run(
        [sys.executable, "-m", "kscan", "patchwork", "--rule", "undone-twice", *args],
        cwd=tree, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in ran.stderr
    assert TOKEN not in ran.stdout + ran.stderr
    return ran


def test_nothing_is_sent_unless_asked(tree: Path, server: Server) -> None:
    ran = run(tree, "--server", server.address, "../bad", "../good")
    assert (ran.returncode, ran.stderr, server.requests) == (0, "", [])
    assert [line.partition(": ")[0] for line in ran.stdout.splitlines()] == [
        "would post fail",
        "would post success",
    ]


def test_a_patch_that_was_never_mailed_is_told(tree: Path) -> None:
    mail = (tree.parent / "bad").read_bytes()
    (tree.parent / "local.patch").write_bytes(mail.replace(b"Message-ID: <bad@x>\n", b""))
    ran = run(tree, "../local.patch")
    assert (ran.returncode, ran.stdout) == (0, "")
    assert "local.patch: has no Message-ID that patchwork could know" in ran.stderr


def test_each_patch_gets_its_check_once(tree: Path, server: Server) -> None:
    ask = ("--send", "--server", server.address, "--target-url", "https://example.org/1", "../bad", "../good")
    ran = run(tree, *ask)
    assert (ran.returncode, ran.stderr) == (0, "")
    (bad,), (good,) = server.checks[7], server.checks[8]
    assert (bad["state"], bad["context"]) == ("fail", "kscan")
    assert bad["description"] == "introduces 1 hazard: undone-twice"
    assert bad["target_url"] == "https://example.org/1"
    assert (good["state"], good["description"]) == ("success", "introduces no hazard")
    again = run(tree, *ask)
    assert again.stdout.count("is there already") == 2
    assert [len(checks) for checks in server.checks.values()] == [1, 1]


def test_what_the_server_does_not_take_is_told_and_the_rest_posted(tree: Path, server: Server) -> None:
    for name in ("none", "two"):
        text = (tree / "../good").read_text().replace("<good@x>", f"<{name}@x>")
        (tree / f"../{name}").write_text(text)
    ran = run(tree, "--send", "--server", f"{server.address}/api/", "../none", "../two", "../good")
    assert ran.returncode == 2
    assert "<none@x>: is not known to the server" in ran.stderr
    assert "<two@x>: is in several projects" in ran.stderr
    assert list(server.checks) == [8]
    ran = run(tree, "--send", "--server", server.address, "--project", "p", "../two")
    assert (ran.returncode, sorted(server.checks)) == (0, [1, 8])


@pytest.mark.parametrize(
    ("args", "token", "said"),
    [
        (("--send",), TOKEN, "--send: there is no server"),
        (("--send", "--server", "https://pw.example"), "", "--send: there is no token"),
        (("--send", "--server", "http://pw.example"), TOKEN, "would send the token unencrypted"),
        (("--send", "--server", "ftp://pw.example"), TOKEN, "is no address"),
        (("--context", "a b"), TOKEN, "is no slug"),
        (("--target-url", "https://" + "x" * 200), TOKEN, "is longer than patchwork takes"),
    ],
)
def test_wrong_use_is_one_line(tree: Path, args: tuple[str, ...], token: str, said: str) -> None:
    ran = run(tree, *args, "../good", token=token)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert said in ran.stderr


def test_a_wrong_token_and_a_server_that_is_gone(tree: Path, server: Server) -> None:
    ran = run(tree, "--send", "--server", server.address, "../good", token="wrong")
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert "403 Forbidden" in ran.stderr
    ran = run(tree, "--send", "--server", "http://127.0.0.1:9", "../good")
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert "cannot be reached" in ran.stderr


def test_the_token_follows_no_redirect(tree: Path, server: Server) -> None:
    with Server() as other:
        server.redirect = f"{other.address}/api/patches/"
        ran = run(tree, "--send", "--server", server.address, "../good")
        assert (ran.returncode, other.requests) == (2, [])
        assert "302" in ran.stderr


def test_a_patch_that_does_not_apply_gets_no_check(tree: Path, server: Server) -> None:
    (tree / PSERIES).write_text("int other;\n")
    ran = run(tree, "--send", "--server", server.address, "../good")
    assert (ran.returncode, ran.stdout, server.requests) == (2, "", [])
