"""Notices: what the digest says, that it holds no count, where it goes, and that a failure to send stops nothing."""

import json
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pandas as pd
import pytest

from etl.errors import UsageError
from etl.settings import MailRoute, mail_route, webhook
from metrics import notices
from metrics.edition import Manifest
from metrics.notices import give_notice, sections
from tests.pages import editions

LATER = datetime(2026, 12, 1, 9, 30)


def two_editions(folder: Path) -> tuple[str, Manifest]:
    """Publish two editions: in the second one KPI is off, one withheld, one source overdue and one month missing."""
    before = editions.publish(folder, editions.full(), "first").edition_id
    rows = editions.full()
    for row, change in zip(
        rows["scorecard"],
        ({"status": "off"}, {"status": "withheld", "flag": "withheld", "value": None}, {"overdue_source": "Waits"}),
        strict=False,
    ):
        row |= change
    return before, editions.publish(folder, rows, "second", published_at=LATER)


def test_the_digest_tells_statuses_and_names_and_no_count(tmp_path: Path) -> None:
    before, manifest = two_editions(tmp_path / "editions")
    first, second, third = [row["title"] for row in editions.full()["kpis"]][:3]
    notice = give_notice(tmp_path / "editions", tmp_path / "notices", before, manifest)
    assert (notice.problems, notice.deliveries) == ([], ())
    kept = json.loads((tmp_path / "notices" / "second.json").read_text(encoding="utf-8"))
    text = (tmp_path / "notices" / "second.txt").read_text(encoding="utf-8")
    assert kept["text"] == text == notice.text
    told = kept["sections"]
    assert len(told["Status changes"]) == 2
    assert told["Figures withheld"] == [title for title in (first, second, third) if title in told["Figures withheld"]]
    assert len(told["Newly off trajectory"]) == len(told["Figures withheld"]) == 1
    assert "Waits" in told["Extracts overdue or missing"]
    assert all(title in text for title in told["Newly off trajectory"])
    # Names and months have digits; the figures themselves must not.
    figures = {f"{value:g}" for value in editions.frames(editions.full())["results"]["numerator"].dropna() if value > 7}
    named = " ".join(editions.frames(editions.full())["kpis"]["title"])
    assert not [one for one in figures if one not in named and re.search(rf"(?<![\d-]){one}(?!\d)", "\n".join(told))]


def test_the_first_edition_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    manifest = editions.publish(tmp_path, editions.full(), "first")
    told = sections(None, editions.frames(editions.full()), manifest)
    assert told["Status changes"] == ["nothing to compare with"]
    assert told["Newly off trajectory"] == []


def test_only_the_gaps_of_the_last_twelve_months_are_told(tmp_path: Path) -> None:
    manifest = editions.manifest("x", editions.frames({}), as_of=date(2025, 10, 1))
    months = pd.to_datetime(["2024-10-01", "2024-11-01", "2025-09-01"])
    rows = [{"source": "s", "organisation": "R1D", "month": m, "period_months": 0, "arrived": False} for m in months]
    told = sections(None, editions.frames({"arrivals": rows}), manifest)["Extracts overdue or missing"]
    assert told == ["s (R1D): nothing for November 2024", "s (R1D): nothing for September 2025"]


@contextmanager
def posting(answer: int, got: list[bytes]) -> Iterator[str]:
    """Serve a webhook on loopback that answers so, and yield its address."""

    class Sink(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(answer)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Sink) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/secret-token"
        server.shutdown()


@contextmanager
def relaying(got: list[bytes], refuses: bool = False) -> Iterator[str]:
    """Serve a mail relay on loopback and yield its address."""

    class Relay(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 relay\r\n")
            inside = False
            for line in self.rfile:
                if inside:
                    got.append(line)
                    inside = line != b".\r\n"
                    answer = b"" if inside else b"250 kept"
                else:
                    word = line[:4].upper()
                    inside = word == b"DATA" and not refuses
                    refused = b"550 no" if refuses and word == b"MAIL" else b"250 ok"
                    answer = b"354 go on" if inside else b"221 bye" if word == b"QUIT" else refused
                if answer:
                    self.wfile.write(answer + b"\r\n")
                if line[:4].upper() == b"QUIT" and not inside:
                    return

    with socketserver.TCPServer(("127.0.0.1", 0), Relay) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_digest_is_posted_and_mailed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, manifest = two_editions(tmp_path / "editions")
    posted: list[bytes] = []
    mailed: list[bytes] = []
    with posting(200, posted) as address, relaying(mailed) as relay:
        monkeypatch.setenv("WAYMARK_WEBHOOK", address)
        monkeypatch.setenv("WAYMARK_SMTP", f"{relay}, waymark@example.org, board@example.org, chair@example.org")
        notice = give_notice(tmp_path / "editions", tmp_path / "notices", before, manifest)
    assert notice.problems == []
    assert json.loads(posted[0])["text"] == notice.text
    mail = b"".join(mailed).decode()
    assert "To: board@example.org, chair@example.org" in mail
    assert "Subject: Waymark: new figures for Shropshire, October 2025" in mail
    kept = (tmp_path / "notices" / "second.json").read_text(encoding="utf-8")
    assert [delivery["problem"] for delivery in json.loads(kept)["deliveries"]] == [None, None]
    assert "secret-token" not in kept


@pytest.mark.parametrize(("answer", "why"), [(500, "the server answered 500"), (302, "the server answered 302")])
def test_a_refused_digest_is_on_record_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: int, why: str
) -> None:
    manifest = editions.publish(tmp_path / "editions", editions.full(), "first")
    mailed: list[bytes] = []
    with posting(answer, []) as address, relaying(mailed, refuses=True) as relay:
        monkeypatch.setenv("WAYMARK_WEBHOOK", address)
        monkeypatch.setenv("WAYMARK_SMTP", f"{relay}, waymark@example.org, board@example.org")
        notice = give_notice(tmp_path / "editions", tmp_path / "notices", None, manifest)
    assert [delivery.problem for delivery in notice.deliveries][0] == why
    assert len(notice.problems) == 2
    assert "secret-token" not in "".join(notice.problems)
    kept = json.loads((tmp_path / "notices" / "first.json").read_text(encoding="utf-8"))
    assert kept["deliveries"][0]["problem"] == why


def test_a_side_that_never_answers_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = editions.publish(tmp_path / "editions", editions.full(), "first")
    monkeypatch.setattr(notices, "_IN_ALL", 0.2)
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as silent:
        monkeypatch.setenv("WAYMARK_WEBHOOK", f"http://127.0.0.1:{silent.server_address[1]}/")
        notice = give_notice(tmp_path / "editions", tmp_path / "notices", None, manifest)
    assert [delivery.problem for delivery in notice.deliveries] == ["no answer within 0.2 seconds"]


def test_a_folder_that_refuses_is_told(tmp_path: Path) -> None:
    manifest = editions.publish(tmp_path / "editions", editions.full(), "first")
    (tmp_path / "notices").write_text("in the way")
    notice = give_notice(tmp_path / "editions", tmp_path / "notices", None, manifest)
    assert notice.problems == ["The digest could not be kept: File exists."]
    assert notice.text.startswith("Shropshire, ")


@pytest.mark.parametrize(
    "address",
    ["http://example.org/x", "ftp://127.0.0.1/x", "example.org", "https://", "file:///etc/passwd", "http://["],
)
def test_a_webhook_is_https_or_on_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("WAYMARK_WEBHOOK", address)
    with pytest.raises(UsageError, match="https"):
        webhook()
    manifest = editions.publish(tmp_path / "editions", editions.full(), "first")
    notice = give_notice(tmp_path / "editions", tmp_path / "notices", None, manifest)
    assert "must be an https address" in notice.problems[0]


def test_a_mail_route_is_a_relay_and_two_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (webhook(), mail_route()) == (None, None)
    monkeypatch.setenv("WAYMARK_SMTP", "mail.example.org:25, a@example.org, b@example.org")
    assert mail_route() == MailRoute("mail.example.org", 25, "a@example.org", ("b@example.org",))
    for wrong in (
        "mail.example.org, a@x.org, b@x.org",
        "m:25, a@x.org",
        "m:25, a@x.org, nobody",
        "m:25, a\nX: y@x, b@x",
    ):
        monkeypatch.setenv("WAYMARK_SMTP", wrong)
        with pytest.raises(UsageError, match="host:port"):
            mail_route()
