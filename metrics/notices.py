"""Notices: what a publication changed, as statuses and names without any count, kept as files and sent where asked for.

A digest is made from the board's file where the edition has one. What goes wrong on the way out is written down beside
the digest and stops nothing.
"""

import http.client
import json
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from pathlib import Path
from threading import Thread

import pandas as pd

from etl.errors import UsageError
from etl.settings import MailRoute, mail_route, webhook
from metrics.compare import STATUS, of_the_plan
from metrics.edition import Audience, EditionError, Manifest, read_tables
from metrics.wording import STATUS_WORDS, moment_words, month_words, period_words

_SECONDS = 10.0  # one wait for the other side
_IN_ALL = 20.0
_GAPS_BACK = 12  # months
_AUDIENCES: tuple[Audience, ...] = ("board", "restricted")
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Delivery:
    """One way out: webhook or mail, the host it went to, and what went wrong, if anything."""

    way: str
    to: str
    problem: str | None = None


@dataclass(frozen=True)
class Notice:
    """What was written and sent about one edition; `problem` where not even the files could be written."""

    text: str
    path: Path
    deliveries: tuple[Delivery, ...] = ()
    problem: str | None = None

    @property
    def problems(self) -> list[str]:
        """Return one sentence for each thing that went wrong."""
        told = [f"The digest was not sent by {d.way} to {d.to}: {d.problem}." for d in self.deliveries if d.problem]
        return [*([f"The digest could not be kept: {self.problem}."] if self.problem else []), *told]


def give_notice(editions: Path, folder: Path, before: str | None, manifest: Manifest) -> Notice:
    """Write the digest of an edition, held against the one before it, as `<id>.txt` and `<id>.json`; send it as set.

    Raises nothing for a folder that refuses or a server that does not answer: the notice says so.
    """
    told = sections(*_both(editions, before, manifest.edition_id), manifest)
    notice = Notice(words(told, manifest), folder / f"{manifest.edition_id}.txt")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(notice.path, notice.text)
        _keep(notice, told, manifest)
    except OSError as error:
        notice = Notice(notice.text, notice.path, problem=_why(error))
    deliveries = _sent(notice, told, manifest)
    notice = Notice(notice.text, notice.path, deliveries, notice.problem)
    if deliveries and notice.problem is None:
        try:
            _keep(notice, told, manifest)
        except OSError as error:
            return Notice(notice.text, notice.path, deliveries, _why(error))
    return notice


def sections(before: Tables | None, now: Tables, manifest: Manifest) -> dict[str, list[str]]:
    """Return the lines of a digest by heading: statuses and names only. A heading without a line stays, empty."""
    told: dict[str, list[str]] = {"Newly off trajectory": [], "Status changes": []}
    if before is None:
        told["Status changes"].append("nothing to compare with")
    if before is not None:
        moved = of_the_plan(before, now)
        for row in moved[moved["why"] == STATUS].to_dict("records"):
            old, new = (STATUS_WORDS.get(str(row[side]), "not scored") for side in ("before", "after"))
            told["Status changes"].append(f"{row['title']}: {old} → {new}")
            if row["after"] == "off":
                told["Newly off trajectory"].append(str(row["title"]))
    titles = now["kpis"].set_index("kpi")["title"] if "kpis" in now else pd.Series(dtype="str")
    scored = now.get("scorecard", pd.DataFrame(columns=["kpi", "status", "flag", "overdue_source"]))
    told["Extracts overdue or missing"] = [*sorted(set(scored["overdue_source"].dropna())), *_gaps(now, manifest)]
    struck = scored[(scored["status"] == "withheld") | (scored["flag"] == "withheld").fillna(False)]
    told["Figures withheld"] = [str(titles.get(kpi, kpi)) for kpi in struck["kpi"]]
    return told


def words(told: Mapping[str, list[str]], manifest: Manifest) -> str:
    """Return the digest as text."""
    lines = [
        f"{manifest.area_name}, {manifest.plan_title}: new figures as of {month_words(manifest.as_of)}",
        f"Published {moment_words(manifest.published_at)} by {manifest.published_by}. Edition {manifest.edition_id}.",
    ]
    if manifest.demonstration:
        lines.append("Demonstration data: not the local area's own reporting.")
    for heading, entries in told.items():
        lines += ["", heading, *([f"- {' '.join(entry.split())}" for entry in entries] or ["- none"])]
    return "\n".join([*lines, ""])


def _gaps(now: Tables, manifest: Manifest) -> list[str]:
    """Return the periods of the last twelve months for which a source that usually sends did not."""
    if "arrivals" not in now:
        return []
    since = pd.Timestamp(manifest.as_of) - pd.DateOffset(months=_GAPS_BACK)
    titles = now["loads"].drop_duplicates("source", keep="last").set_index("source")["title"]
    gaps = now["arrivals"]
    gaps = gaps[~gaps["arrived"].astype("bool") & (gaps["month"] > since)].sort_values(["source", "month"])
    return [
        f"{titles.get(gap['source'], gap['source'])} ({gap['organisation']}): nothing for "
        f"{period_words(gap['month'], int(gap['period_months']))}"
        for gap in gaps.to_dict("records")
    ]


def _both(editions: Path, before: str | None, now: str) -> tuple[Tables | None, Tables]:
    """Return the tables of two editions: the board's where both have them, else the restricted ones.

    None for an edition before that is not there or cannot be read, nothing for the new one if it cannot.
    """
    for audience in _AUDIENCES:
        with suppress(EditionError):
            return (read_tables(editions, before, audience) if before else None), read_tables(editions, now, audience)
    for audience in _AUDIENCES:
        with suppress(EditionError):
            return None, read_tables(editions, now, audience)
    return None, {}


def _keep(notice: Notice, told: Mapping[str, list[str]], manifest: Manifest) -> None:
    kept = {**_as_data(told, manifest, notice.text), "deliveries": [asdict(d) for d in notice.deliveries]}
    _write(notice.path.with_suffix(".json"), json.dumps(kept, indent=1, ensure_ascii=False))


def _as_data(told: Mapping[str, list[str]], manifest: Manifest, text: str) -> dict[str, object]:
    return {
        "edition_id": manifest.edition_id,
        "area": manifest.area_name,
        "as_of": f"{manifest.as_of:%Y-%m}",
        "published_at": manifest.published_at.isoformat(),
        "published_by": manifest.published_by,
        "demonstration": manifest.demonstration,
        "sections": dict(told),
        "text": text,
    }


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _sent(notice: Notice, told: Mapping[str, list[str]], manifest: Manifest) -> tuple[Delivery, ...]:
    subject = f"Waymark: new figures for {manifest.area_name}, {month_words(manifest.as_of)}"
    body = json.dumps(_as_data(told, manifest, notice.text)).encode()
    made = []
    for way, asked in (("webhook", webhook), ("mail", mail_route)):
        try:
            where = asked()
        except UsageError as error:
            made.append(Delivery(way, "an address that cannot be used", str(error).rstrip(".")))
            continue
        if isinstance(where, MailRoute):
            mail = _mail(where, subject, notice.text)
            made.append(Delivery(way, where.host, _tried(lambda mail=mail, where=where: _by_mail(where, mail))))  # type: ignore[misc]
        elif where is not None:
            host = str(urllib.request.Request(where).host)  # noqa: S310 (settings check the scheme; the rest is secret)
            made.append(Delivery(way, host, _tried(lambda where=where: _by_webhook(where, body))))  # type: ignore[misc]
    return tuple(made)


def _tried(send: Callable[[], None]) -> str | None:
    """Return what went wrong, None where nothing did; a side that answers byte by byte is not waited for."""
    told: list[str | None] = []

    def run() -> None:
        try:
            send()
            told.append(None)
        except (OSError, smtplib.SMTPException, http.client.HTTPException, ValueError) as error:
            told.append(_why(error))

    at_work = Thread(target=run, daemon=True)
    at_work.start()
    at_work.join(_IN_ALL)
    return told[0] if told else f"no answer within {_IN_ALL:g} seconds"


def _why(error: Exception) -> str:
    """Return why in words that hold no address: one may carry a secret."""
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answered {error.code}"
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, Exception):
        return _why(error.reason)
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return getattr(error, "strerror", None) or f"the other side did not take it ({type(error).__name__})"


class _Straight(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the digest goes where settings say and nowhere else."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Return no request, so that the redirect counts as a refusal."""


def _by_webhook(address: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json", "User-Agent": "Waymark"}
    request = urllib.request.Request(address, body, headers, method="POST")  # noqa: S310 (settings check the scheme)
    handlers: list[urllib.request.BaseHandler] = [_Straight()]
    if request.type == "http":  # this machine alone
        handlers.append(urllib.request.ProxyHandler({}))
    with urllib.request.build_opener(*handlers).open(request, timeout=_SECONDS):
        pass


def _mail(route: MailRoute, subject: str, text: str) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = " ".join(subject.split()), route.sender, ", ".join(route.receivers)
    mail.set_content(text)
    return mail


def _by_mail(route: MailRoute, mail: EmailMessage) -> None:
    with smtplib.SMTP(route.host, route.port, timeout=_SECONDS) as server:
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        server.send_message(mail)
