"""Waymark as it is served, attacked: a real provider, a real server, requests made by hand and a real browser.

What is exact carries a mark that the board's file does not have, so one leak anywhere is seen.
"""

import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from websockets.exceptions import InvalidStatus

from access.screens import SCREENS
from etl.audit import acts, audit_faults
from etl.warehouse import open_warehouse
from tests.access.client import Cookies, cookie, header, sign_in, stream
from tests.access.editions import EXACT, ROUNDED, two_files
from tests.access.provider import OIDS, TENANT, Served, with_sign_in
from tests.browser.conftest import browser as browser
from tests.browser.dashboard import PATIENCE, settled

pytestmark = [pytest.mark.xdist_group("served"), pytest.mark.browser]
EVERYBODY = (None, *(who for who in OIDS if who != "changing"))
ADDRESSES = (
    *("" if screen.name == "scorecard" else screen.name for screen in SCREENS),
    "?audience=restricted", "?edition=2026-11-03-1", "?role=analyst", "action_plan?view=Escalations",
    "action_plan?view=Exceptions", "kpi?kpi=slt_list_size&edition=../2026-11-03-1/restricted",
)  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    two_files(folder / "data" / "editions")
    key = {"WAYMARK_KEY": str(folder / "key" / "pseudonym.key"), "WAYMARK_WAIT": "5"}
    with with_sign_in(folder / "data", folder, **key) as found:
        yield found


@pytest.fixture(scope="module")
def jar(served: Served) -> Callable[[str | None], Cookies]:
    """Return a function that returns the cookies of somebody, signed in once; nobody's are none."""
    kept: dict[str, Cookies] = {}

    def of(who: str | None) -> Cookies:
        if who is None:
            return {}
        if who not in kept:
            kept[who] = sign_in(served, who)
        return kept[who]

    return of


Jar = Callable[[str | None], Cookies]


@pytest.mark.parametrize("who", EVERYBODY)
def test_each_sees_the_file_of_their_role_at_every_address_and_nobody_else_anything(
    served: Served, jar: Jar, who: str | None
) -> None:
    is_let_in = who not in (None, "nobody", "stranger")
    addresses = ADDRESSES if is_let_in else ("", "kpi", "upload", *ADDRESSES[-3:])
    with stream(served, jar(who)) as tab:
        seen = [tab.run(page, query) for page, _, query in (address.partition("?") for address in addresses)]
    shows = {EXACT: sum(EXACT in text for text in seen), ROUNDED: sum(ROUNDED in text for text in seen)}
    if who in ("commissioner", "analyst"):
        assert shows[ROUNDED] == 0
        assert shows[EXACT] > 5
    elif who == "board":
        assert shows[EXACT] == 0
        assert shows[ROUNDED] > 5
    else:
        assert shows == {EXACT: 0, ROUNDED: 0}
        wanted = "Sign in to Waymark" if who is None else "You have no role in Waymark"
        assert all(wanted in text and "Shropshire" not in text for text in seen)
    assert sum("file_uploader" in text for text in seen) == (who == "analyst")


ROUTES = {  # what anonymous, board, commissioner, analyst, somebody without a role and one of another tenant are told
    "GET /": (200, 200, 200, 200, 200, 200),
    "GET /upload": (200, 200, 200, 200, 200, 200),  # the shell of the page: it holds nothing
    "GET /_stcore/health": (200, 200, 200, 200, 200, 200),
    "GET /_stcore/metrics": (401, 403, 403, 200, 403, 401),
    "GET /media/0123abcd.csv": (401, 403, 403, 403, 403, 401),
    "PUT /_stcore/upload_file/one/two": (401, 403, 403, 403, 403, 401),  # an analyst's lacks the token against forgery
    "DELETE /_stcore/upload_file/one/two": (401, 403, 403, 403, 403, 401),
    "GET /component/any/index.html": (401, 404, 404, 404, 404, 401),
    "GET /_stcore/bidi-components/any/x.js": (401, 404, 404, 404, 404, 401),
    "POST /_stcore/agent/interact": (401, 404, 404, 404, 404, 401),
    "GET /_stcore/agent/openapi.json": (401, 404, 404, 404, 404, 401),
    "GET /_stcore/script-health-check": (401, 404, 404, 404, 404, 401),
    "GET /app/static/secrets.toml": (401, 404, 404, 404, 404, 401),
    "GET /data/warehouse.duckdb": (401, 404, 404, 404, 404, 401),
    "POST /": (405, 405, 405, 405, 405, 405),
    "GET /static/..%2f..%2fapp.py": (400, 400, 400, 400, 400, 400),
    "GET //media/0123abcd.csv": (400, 400, 400, 400, 400, 400),
    "GET /MEDIA/0123abcd.csv": (401, 404, 404, 404, 404, 401),
}


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_is_open_to_whom_it_is_for(served: Served, jar: Jar, route: str) -> None:
    method, _, path = route.partition(" ")
    people = (None, "board", "commissioner", "analyst", "nobody", "stranger")
    told = tuple(httpx.request(method, served.address + path, headers=header(jar(who))).status_code for who in people)
    assert told == ROUTES[route]


def test_only_an_analyst_stores_a_file(served: Served, jar: Jar) -> None:
    told = {}
    for who in (None, "board", "commissioner", "analyst"):
        with stream(served, jar(who)) as tab:
            tab.run()
            token = httpx.get(f"{served.address}/_stcore/health").headers["set-cookie"].split(";")[0].partition("=")[2]
            told[who] = httpx.put(
                f"{served.address}/_stcore/upload_file/{tab.session}/1",
                files={"file": ("a.csv", b"a,b")},
                headers={**header({**jar(who), "_streamlit_xsrf": token}), "X-Xsrftoken": token},
            ).status_code
    assert told == {None: 401, "board": 403, "commissioner": 403, "analyst": 204}


def test_a_download_is_for_whoever_asked_for_it_and_on_record(served: Served, jar: Jar) -> None:
    with stream(served, jar("analyst")) as tab:
        tab.run("data_quality")
        made = tab.deferred("Download the loads (CSV)")
        address = tab.fetch(made)
        session = tab.session
        told = {who: httpx.get(served.address + address, headers=header(jar(who))).status_code for who in EVERYBODY}
        assert told == {
            who: 200 if who == "analyst" else 401 if who in (None, "stranger") else 403 for who in EVERYBODY
        }
        answer = httpx.get(served.address + address, headers=header(jar("analyst")))
        assert answer.headers["cache-control"] == "no-store"
        with stream(served, jar("board")) as other:  # what an analyst's browser said, said again by a board user's
            other.run()
            again = other.fetch(made)
            assert httpx.get(served.address + again, headers=header(jar("board"))).status_code == 403
    with stream(served, jar("board"), session=session) as taken_up:
        assert EXACT not in taken_up.run("data_quality")
        assert taken_up.session != session
    assert [row["who"] for row in told_by_the_audit(served, "download")] == ["Ann Alyst"] * 2


def told_by_the_audit(served: Served, act: str) -> list[dict[str, str]]:
    with open_warehouse(f"duckdb:{served.data / 'warehouse.duckdb'}").reading() as reader:
        rows = acts(reader)
        assert audit_faults(reader, {}) == []
    return rows[rows["act"] == act].to_dict("records")  # type: ignore[return-value]


def test_signing_out_ends_the_copied_cookie_the_other_tab_and_what_it_was_about_to_fetch(served: Served) -> None:
    mine = sign_in(served, "commissioner")
    with stream(served, mine) as tab:
        assert EXACT in tab.run("data_quality")
        made = tab.deferred("Download the loads (CSV)")
        address = tab.fetch(made)
        assert httpx.get(f"{served.address}/auth/logout", headers=header(mine)).status_code == 302
        assert httpx.get(served.address + address, headers=header(mine)).status_code == 401
        assert tab.is_closed()
    with stream(served, mine) as copied:
        text = copied.run("data_quality")
    assert EXACT not in text
    assert "Sign in to Waymark" in text
    time.sleep(1.1)  # a sign-in of the very second of the sign-out ends with it
    with stream(served, sign_in(served, "commissioner")) as anew:
        assert EXACT in anew.run("data_quality")


def test_a_changed_role_ends_the_sessions_of_before(served: Served) -> None:
    before = sign_in(served, "changing")
    with stream(served, before) as tab:
        assert EXACT in tab.run()
        time.sleep(1.1)
        served.tell("changing", roles=["board"])
        with stream(served, sign_in(served, "changing")) as after:
            text = after.run()
            assert EXACT not in text
            assert ROUNDED in text
        assert tab.is_closed()
    with stream(served, before) as copied:
        assert "Sign in to Waymark" in copied.run()


def hours(count: float) -> int:
    return int(time.time() - count * 3600)


FORGED: dict[str, Callable[[Served], Cookies]] = {
    "older than eight hours": lambda s: cookie(s, "analyst", iat=hours(8.02), auth_time=hours(8.02)),
    "proven more than eight hours ago": lambda s: cookie(s, "analyst", auth_time=hours(8.02)),
    "not used for half an hour": lambda s: cookie(s, "analyst", iat=hours(0.51), auth_time=hours(0.51)),
    "from the future": lambda s: cookie(s, "analyst", iat=hours(-1), auth_time=hours(-1)),
    "another tenant": lambda s: cookie(s, "analyst", tid="11111111-7a3c-4a54-9d9b-6f6f1a1b2c3d"),
    "no tenant": lambda s: cookie(s, "analyst", tid=None),
    "another audience": lambda s: cookie(s, "analyst", aud="another-client"),
    "two audiences": lambda s: cookie(s, "analyst", aud=["waymark-client", "another-client"]),
    "another provider": lambda s: cookie(s, "analyst", iss="https://provider.example"),
    "no object id": lambda s: cookie(s, "analyst", oid=None),
    "no roles": lambda s: cookie(s, "analyst", roles=None),
    "unknown roles": lambda s: cookie(s, "analyst", roles=["Analyst", "admin", "owner"]),
    "groups too many to be told": lambda s: cookie(
        s, "analyst", roles=None, _claim_names={"groups": "src1"}, groups=["analyst"]
    ),
    "roles as text": lambda s: cookie(s, "analyst", roles="analyst"),
    "no time": lambda s: cookie(s, "analyst", iat=None, auth_time=None),
    "an old secret": lambda s: cookie(s, "analyst", secret="the secret of last year, rotated since then"),
    "altered": lambda s: {"_streamlit_user": f"{cookie(s, 'analyst')['_streamlit_user'][:-3]}AAA"},
    "not signed": lambda _: {"_streamlit_user": '{"is_logged_in": true}'},
    "not signed in": lambda s: cookie(s, "analyst", is_logged_in=False),
    "of another address": lambda s: cookie(s, "analyst", origin="https://waymark.example"),
}


@pytest.mark.parametrize("fault", FORGED)
def test_a_cookie_that_is_not_good_shows_nothing_and_opens_nothing(served: Served, fault: str) -> None:
    theirs = FORGED[fault](served)
    with stream(served, theirs) as tab:
        seen = tab.run() + tab.run("upload")
    assert EXACT not in seen
    assert ROUNDED not in seen
    assert httpx.get(f"{served.address}/_stcore/metrics", headers=header(theirs)).status_code in (401, 403)


def test_the_same_cookie_without_a_fault_would_open_everything(served: Served) -> None:
    with stream(served, cookie(served, "analyst", iat=hours(0.49), auth_time=hours(7.9))) as tab:
        assert EXACT in tab.run()


def test_the_stream_is_for_our_own_pages_under_our_own_name(served: Served, jar: Jar) -> None:
    for origin in ("https://evil.example", "null", ""):
        with pytest.raises(InvalidStatus), stream(served, jar("analyst"), origin=origin):
            pass
    for name in ("evil.example", "localhost", "127.0.0.1"):
        answer = httpx.get(f"{served.address}/", headers={"Host": name})
        assert answer.status_code == 421, name
        assert httpx.get(f"{served.address}/_stcore/health", headers={"Host": name}).status_code == 200


def test_every_answer_keeps_to_this_host_and_every_cookie_is_shut(served: Served) -> None:
    page = httpx.get(served.address)
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http:" not in policy.replace(f"ws://{served.address.removeprefix('http://')}", "")
    assert page.headers["x-content-type-options"] == "nosniff"
    set_ = [
        line
        for path in ("/_stcore/health", "/auth/login?provider=x", "/auth/logout")
        for line in httpx.get(served.address + path).headers.get_list("set-cookie")
    ]
    assert set_
    assert all("Secure" in line for line in set_)


def test_who_came_and_went_is_in_the_audit(served: Served, jar: Jar) -> None:
    jar("nobody"), jar("stranger"), jar("board")
    httpx.get(f"{served.address}/_stcore/metrics", headers=header(jar("board")))
    end = time.monotonic() + 20
    while not told_by_the_audit(served, "refused") and time.monotonic() < end:
        time.sleep(0.2)
    signed_in = {(row["who"], row["role"], row["subject"]) for row in told_by_the_audit(served, "sign-in")}
    assert ("Bo Ard", "board", f"{OIDS['board']}@{TENANT}") in signed_in
    refused = {(row["who"], row["subject"]) for row in told_by_the_audit(served, "refused")}
    assert {("No Role", "sign-in"), ("not known here", "sign-in"), ("Bo Ard", "metrics")} <= refused
    said = (served.data.parent / "waymark.log").read_text()
    assert not [name for name in ("Bo Ard", "Ann Alyst", OIDS["board"], "client-secret") if name in said]


def test_the_files_of_sign_in_are_its_owners_alone(served: Served) -> None:
    assert (served.data / "access.sqlite").stat().st_mode & 0o077 == 0
    assert (served.data / "sign_in_required").is_file()


class Visit:
    """One person's browser: signs in by the provider's own page and sees what a person sees."""

    def __init__(self, browser: Browser, served: Served, width: int = 1280) -> None:
        self.context, self._served = browser.new_context(viewport={"width": width, "height": 900}), served
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))

    def sign_in(self, who: str) -> Page:
        """Open a deep link, sign in and return the page that Waymark leads to."""
        self.page.goto(f"{self._served.address}/kpi")
        settled(self.page)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"{self._served.provider}/**")
        self.asked.clear()  # what the provider's page loads is the provider's
        self.page.get_by_role("button", name=who, exact=True).click()
        self.page.wait_for_url(f"{self._served.address}/**")
        settled(self.page)
        return self.page

    def screens(self) -> set[str]:
        """Return the names of the screens that the navigation offers."""
        return {link.inner_text() for link in self.page.get_by_test_id("stTopNavLink").all()}


def test_a_board_member_in_a_browser(served: Served, browser: Browser) -> None:
    visit = Visit(browser, served)
    page = visit.sign_in("board")
    assert visit.screens() == {screen.title for screen in SCREENS} - {"Upload"}
    expect(page.get_by_text("Bo Ard, board")).to_be_visible()
    assert ROUNDED in page.inner_text("body")
    page.goto(f"{served.address}/upload?audience=restricted")
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("This is not open to you")
    page.goto(f"{served.address}/action_plan")
    settled(page)
    assert "Escalations" not in page.inner_text("body")
    assert EXACT not in page.content()
    hosts = {urlsplit(url).hostname for url in visit.asked if urlsplit(url).scheme not in ("data", "blob")}
    assert hosts == {"127.0.0.1"}
    visit.context.close()


def test_an_analyst_downloads_signs_out_and_leaves_nothing_open(served: Served, browser: Browser) -> None:
    visit = Visit(browser, served)
    page = visit.sign_in("analyst")
    assert visit.screens() == {screen.title for screen in SCREENS}
    page.goto(f"{served.address}/data_quality")
    settled(page)
    with page.expect_download() as given:
        page.get_by_role("button", name="Download the loads (CSV)").click()
    assert given.value.suggested_filename == "waymark-loads.csv"
    address = given.value.url
    other = visit.context.new_page()
    other.goto(served.address)
    settled(other)
    assert EXACT in other.inner_text("body")
    copied = visit.context.cookies()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{served.provider}/**")
    expect(other.get_by_role("heading", level=1)).to_have_text("Sign in to Waymark", timeout=20_000)  # by itself
    assert EXACT not in other.content()
    assert not [cookie for cookie in visit.context.cookies(served.address) if cookie["name"] == "_streamlit_user"]
    page.go_back()
    page.wait_for_timeout(1500)
    assert EXACT not in page.content()
    thief = browser.new_context()
    thief.add_cookies(copied)  # type: ignore[arg-type]  # as read, so given
    page = thief.new_page()
    page.goto(served.address)
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to Waymark")
    answer = thief.request.get(address)
    assert answer.status == 401
    thief.close()
    visit.context.close()


@pytest.mark.parametrize("who", ["nobody", "stranger"])
def test_whoever_is_not_known_is_told_so_on_a_telephone(served: Served, browser: Browser, who: str) -> None:
    visit = Visit(browser, served, 390)
    page = visit.sign_in(who)
    expect(page.get_by_role("heading", level=1)).to_have_text("You have no role in Waymark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not visit.screens()
    assert "Shropshire" not in page.content()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{served.provider}/**")
    visit.context.close()
