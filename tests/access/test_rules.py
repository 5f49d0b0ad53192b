"""Roles, doors, settings, claims, sessions and limits, each by itself: no server, no browser."""

import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.__main__ import main
from access.handed import HandedOut
from access.limits import KNOCKS, SAID, STRANGERS, TABS, Limits, Pace
from access.paths import CLOSED, door
from access.person import Person, person_in
from access.screens import SCREENS
from access.sessions import Sessions
from access.setup import OPTIONS, SignIn, loopback_faults, mark_as_served, option_faults, sign_in
from etl.audit import Act, acts, append, audit_faults, record
from etl.errors import ConfigurationError, NotAllowedError, UsageError
from etl.lock import alone_with_warehouse
from etl.roles import EVERY_RIGHT, NEEDED, Right, may, rights_of
from etl.settings import sign_in_values
from etl.tables import AUDIT
from etl.warehouse import Warehouse
from tests.access.provider import CLIENT, OIDS, SECRET, TENANT, claims

NOW = 1_800_000_000.0
GIVEN = {
    "address": "https://waymark.example.gov.uk",
    "oidc_metadata": f"https://login.microsoftonline.com/{TENANT}/v2.0/.well-known/openid-configuration",
    "oidc_client_id": CLIENT,
    "oidc_client_secret": "the client's secret",
    "oidc_tenant": TENANT,
    "cookie_secret": SECRET,
}
ISSUER = f"https://login.microsoftonline.com/{TENANT}/v2.0"


def how(**changes: str) -> SignIn:
    found = sign_in({**GIVEN, **changes})
    assert found
    return found


# The table of docs/operate.md, right by right: who has it.
TABLE: dict[Right, set[str]] = {
    "read": {"board", "commissioner", "analyst", "admin"},
    "exact": {"commissioner", "analyst"},
    "escalations": {"commissioner", "analyst"},
    "enter": {"commissioner", "analyst"},
    "load": {"analyst"},
    "publish": {"analyst"},
    "audit": {"analyst"},
    "manage": {"admin"},
}


@pytest.mark.parametrize("right", get_args(Right))
def test_who_has_which_right(right: Right) -> None:
    names = ("board", "commissioner", "analyst", "admin")
    assert {role for role in names if right in rights_of([role], True)} == TABLE[right]  # type: ignore[list-item]
    without_admin = TABLE[right] | ({"analyst"} if right == "manage" else set())
    assert {role for role in names if right in rights_of([role])} == without_admin  # type: ignore[list-item]


def test_roles_add_up_and_none_is_nothing() -> None:
    assert rights_of(["board", "analyst"]) == EVERY_RIGHT
    assert rights_of(["commissioner", "admin"], True) == {"read", "exact", "escalations", "enter", "manage"}
    assert rights_of([]) == frozenset()


def clear_and(warehouse: Warehouse, who: Act, act: str) -> None:
    with warehouse.writing() as writer:
        writer.execute(f"DELETE FROM {writer.stored(AUDIT)}")
        append(writer, who, act, "x", "")


def test_an_act_that_is_not_somebody_s_to_do_is_undone_with_all_that_went_with_it(warehouse: Warehouse) -> None:
    board = Act("Bo Ard", datetime(2026, 11, 22, 12), "board", rights_of(["board"]))
    record(warehouse, replace(board, rights=EVERY_RIGHT), "load", "before", "")
    for act in (*NEEDED, "anything new"):
        if not may(board.rights, act):
            with pytest.raises(NotAllowedError):
                clear_and(warehouse, board, act)
    with warehouse.reading() as reader:
        assert acts(reader)["subject"].tolist() == ["before"]


def test_every_screen_is_a_file_and_says_at_once_what_it_needs() -> None:
    pages = Path(__file__).parents[2] / "pages"
    assert {path.stem for path in pages.glob("*.py")} - {"__init__"} == {screen.name for screen in SCREENS}
    for screen in SCREENS:
        lines = (pages / f"{screen.name}.py").read_text(encoding="utf-8").splitlines()
        code = [line for line in lines if line and not line.startswith(("import ", "from ", '"""', "#"))]
        assert code[0] == f'doorstep.require("{screen.needs}")', screen.name


def test_screens_ask_in_one_place_who_acts_and_hand_out_files_in_one() -> None:
    components = Path(__file__).parents[2] / "pages"
    texts = {path.relative_to(components).as_posix(): path.read_text() for path in components.rglob("*.py")}
    assert [name for name, text in texts.items() if "etl.door import acting" in text] == ["components/visitor.py"]
    assert [name for name, text in texts.items() if "Act(" in text] == ["components/visitor.py"]
    assert [name for name, text in texts.items() if "st.download_button" in text] == ["components/tiles/basics.py"]
    told = {name for name, text in texts.items() if "shown_to()" in text}
    assert told == {"components/visitor.py", "components/serving.py"}  # the latter only logs it


OPEN = {"/", "/index.html", "/favicon.png", "/manifest.json", "/_stcore/health", "/_stcore/host-config",
        "/_stcore/stream", "/auth/login", "/auth/logout", "/oauth2callback", "/static/js/index.CAFE_1.js",
        "/static/media/font.woff2", "/kpi", "/upload", "/kpi/_stcore/health", "/kpi/_stcore/host-config"}  # fmt: skip
SHUT = {"/_stcore/metrics", "/media/ab12.csv", "/_stcore/upload_file/s-1/f-2", "/_stcore/agent/mcp", "/component/a/b",
        "/app/static/a", "/static/../app.py", "/static/", "/media/../static/x.js", "//static/x.js", "/static//x.js",
        "/KPI", "/kpi/", "/kpi/_stcore/metrics", "/_stcore/health/", "/_stcore", "/auth/login/x", "/%6dedia/a.csv",
        "/static\\x.js", "/static/x.js\n", "", "kpi", "/./kpi", "/media/ab12", "/docs"}  # fmt: skip


@pytest.mark.parametrize("path", sorted(OPEN))
def test_these_doors_are_open(path: str) -> None:
    assert not door(path).signed_in


@pytest.mark.parametrize("path", sorted(SHUT))
def test_these_doors_are_not(path: str) -> None:
    assert door(path).signed_in


@given(st.text())
def test_no_path_that_nobody_named_opens_a_door(path: str) -> None:
    found = door(f"/{path}")
    assert found == CLOSED or f"/{path}" in OPEN or found.signed_in or found.kind in ("shell", "static")


def test_every_route_of_streamlit_is_known_or_closed() -> None:
    """A new version of Streamlit with a route that none of ours is must not open it."""
    from streamlit.web.server.starlette import starlette_app

    names = {value for name, value in vars(starlette_app).items() if name.startswith("BASE_ROUTE_")}
    assert names == {"_stcore", "media", "component", "static", "_stcore/upload_file"}
    assert all(door(f"/{name}/anything/else").signed_in for name in names - {"static"})


def test_nothing_set_is_no_sign_in_and_a_part_is_a_fault_that_names_the_rest() -> None:
    assert sign_in({}) is None
    with pytest.raises(ConfigurationError) as told:
        sign_in({"address": GIVEN["address"]})
    assert [fault.split()[0] for fault in told.value.faults] == [
        "WAYMARK_OIDC_METADATA", "WAYMARK_OIDC_CLIENT_ID", "WAYMARK_OIDC_CLIENT_SECRET", "WAYMARK_OIDC_TENANT",
        "WAYMARK_COOKIE_SECRET",
    ]  # fmt: skip
    assert told.value.exit_code == 2


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("address", "http://waymark.example.gov.uk", "https"),
        ("address", "waymark.example.gov.uk", "https"),
        ("address", "https://waymark.example.gov.uk/send", "root"),
        ("address", "https://waymark.example.gov.uk?next=1", "root"),
        ("address", "https://me@waymark.example.gov.uk", "root"),
        ("address", "https://waymark.example.gov.uk:443", "443"),
        ("oidc_metadata", "http://provider.example/.well-known/openid-configuration", "https"),
        ("oidc_metadata", "https://provider.example/", "must end in"),
        (
            "oidc_metadata",
            "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration",
            "one tenant",
        ),
        ("oidc_tenant", "organizations", "one tenant"),
        ("cookie_secret", SECRET[:31], "32 bytes"),
        ("cookie_secret", "change-me-change-me-change-me-change-me", "sample"),
        ("cookie_secret", "0123456701234567012345670123456701234567", "sample"),
        ("roles", "Waymark.Analyst=owner", "roles are"),
        ("roles", "analyst", "roles are"),
        ("people", "=analyst", "roles are"),
    ],
)
def test_a_setting_that_is_not_safe_is_refused_and_not_repeated(name: str, value: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as told:
        sign_in({**GIVEN, name: value})
    assert name != "cookie_secret" or value not in str(told.value)


def test_secrets_are_not_printed() -> None:
    shown = repr(how())
    assert SECRET not in shown
    assert GIVEN["oidc_client_secret"] not in shown


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost", "127.0.0.2"])
def test_without_sign_in_this_machine_is_served(tmp_path: Path, address: str) -> None:
    assert loopback_faults(tmp_path, address, []) == []


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.20", "10.0.0.1", "::", "2001:db8::1", "", None, "waymark"])
def test_without_sign_in_no_other_is(tmp_path: Path, address: str | None) -> None:
    [fault] = loopback_faults(tmp_path, address, [])
    assert "sign-in is not set up" in fault


def test_once_served_with_sign_in_never_without_by_mistake(tmp_path: Path) -> None:
    mark_as_served(tmp_path)
    [fault] = loopback_faults(tmp_path, "127.0.0.1", [])
    assert "sign_in_required" in fault
    [other] = loopback_faults(tmp_path / "elsewhere", "127.0.0.1", ["auth"])
    assert "[auth]" in other


def test_options_of_streamlit_that_are_not_safe_are_named() -> None:
    assert option_faults(OPTIONS) == []
    assert option_faults({**OPTIONS, "server.maxUploadSize": 10, "server.disconnectedSessionTTL": 5}) == []
    wrong: Mapping[str, object] = {
        "server.enableXsrfProtection": False, "server.maxUploadSize": 200,
        "server.trustedUserHeaders": {"X-User": "email"},
        "client.showErrorDetails": "full", "server.enableStaticServing": True, "server.enableAgentApi": True,
    }  # fmt: skip
    for name, value in wrong.items():
        [fault] = option_faults({**OPTIONS, name: value})
        assert name in fault


def said(**changes: object) -> dict[str, object]:
    """Return a good token's claims with changes; None takes one away."""
    good = {**claims("commissioner"), "iss": ISSUER, "aud": CLIENT, "sub": "s", "iat": NOW, "auth_time": NOW}
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def test_a_person_is_known_by_object_and_tenant_and_not_by_mail() -> None:
    who = person_in(said(email="ann@council.example", preferred_username="x"), how(), NOW)
    assert who
    assert who.key == f"{OIDS['commissioner']}@{TENANT}"
    assert who.roles == {"commissioner"}
    assert who.rights == rights_of(["commissioner"])


def test_claim_values_mean_what_the_configuration_says() -> None:
    setup = how(roles="Waymark.Read=board, Waymark.All=analyst, Waymark.Owner=admin")
    who = person_in(said(roles=["Waymark.Read", "Waymark.All", "analyst"]), setup, NOW)
    assert who
    assert who.roles == {"board", "analyst"}
    assert "manage" not in who.rights  # somebody else is the admin
    fallback = person_in(said(roles=None), how(people=f"{OIDS['commissioner']}=board"), NOW)
    assert fallback
    assert fallback.roles == {"board"}


def test_another_provider_than_entra_goes_by_issuer_and_subject() -> None:
    issuer = "https://idp.council.example"
    setup = how(oidc_metadata=f"{issuer}/.well-known/openid-configuration", oidc_tenant=issuer)
    who = person_in(said(iss=issuer, tid=None, oid=None, sub="person-7"), setup, NOW)
    assert who
    assert who.key == f"person-7@{issuer}"
    assert person_in(said(iss=issuer, tid="x", oid=None), setup, NOW) is None


@given(
    st.sampled_from(["tid", "iss", "aud", "azp", "oid", "iat", "auth_time"]),
    st.one_of(st.text(), st.integers(), st.booleans(), st.lists(st.text()), st.floats(allow_nan=False)),
)
def test_one_strange_claim_is_enough_to_be_nobody_or_leaves_the_person_as_known(name: str, value: object) -> None:
    who = person_in(said(**{name: value}), how(), NOW)
    if name in ("tid", "iss", "aud", "azp"):
        assert who is None
    elif who is not None:
        assert who.roles == {"commissioner"}
        assert who.key.endswith(f"@{TENANT}")
        assert name != "oid" or who.oid == value


@given(st.one_of(st.text(), st.lists(st.text()), st.dictionaries(st.text(), st.text()), st.integers(), st.none()))
def test_no_strange_roles_make_a_role(roles: object) -> None:
    known = {"board", "commissioner", "analyst"}
    who = person_in(said(roles=roles), how(), NOW)
    assert who
    assert who.roles == ({one for one in roles if one in known} if isinstance(roles, list) else set())


def person(issued: float = NOW, roles: tuple[str, ...] = ("commissioner",), oid: str = "o") -> Person:
    found = person_in(said(oid=oid, roles=list(roles), iat=issued, auth_time=issued), how(), NOW + 10**6)
    assert found
    return found


def test_a_session_ends_after_eight_hours_and_after_half_an_hour_without_use(tmp_path: Path) -> None:
    kept, who = Sessions(tmp_path), person()
    kept.begin(who, NOW)
    for minutes in range(0, 481, 20):
        assert kept.ended(who, NOW + 60 * minutes) is None
        kept.seen(who, NOW + 60 * minutes)
    assert kept.ended(who, NOW + 8 * 3600 + 1) == "age"
    idle = Sessions(tmp_path / "idle")
    idle.begin(who, NOW)
    assert idle.ended(who, NOW + 1800) is None
    assert idle.ended(who, NOW + 1801) == "idle"


def test_one_never_seen_is_judged_by_when_it_was_made(tmp_path: Path) -> None:
    assert Sessions(tmp_path).ended(person(), NOW + 1801) == "idle"


def test_ending_reaches_every_earlier_sign_in_of_that_person_in_every_process_and_no_other(tmp_path: Path) -> None:
    here, there = Sessions(tmp_path), Sessions(tmp_path)
    for who in (person(NOW), person(NOW + 60), person(NOW, oid="somebody else")):
        here.begin(who, NOW + 60)
    assert there.end("o", TENANT, NOW + 120) == 2
    assert [here.ended(person(NOW + n), NOW + 120) for n in (0, 60, 90)] == ["ended"] * 3
    assert here.ended(person(NOW, oid="somebody else"), NOW + 120) is None
    later = person(NOW + 121)
    here.begin(later, NOW + 121)
    assert there.ended(later, NOW + 121) is None


def test_a_clock_of_the_provider_that_is_ahead_does_not_outlive_the_sign_out(tmp_path: Path) -> None:
    kept, ahead = Sessions(tmp_path), person(NOW + 200)
    kept.begin(ahead, NOW)
    kept.end(ahead.oid, ahead.tid, NOW + 10)
    assert kept.ended(ahead, NOW + 11) == "ended"


def test_another_role_at_the_next_sign_in_ends_those_before(tmp_path: Path) -> None:
    kept, before, same, after = Sessions(tmp_path), person(NOW), person(NOW + 10), person(NOW + 20, ("board",))
    kept.begin(before, NOW)
    kept.begin(same, NOW + 10)
    assert kept.ended(before, NOW + 10) is None
    kept.begin(after, NOW + 20)
    assert [kept.ended(who, NOW + 20) for who in (before, same, after)] == ["ended", "ended", None]


def test_pieces_of_two_sign_ins_do_not_make_a_third(tmp_path: Path) -> None:
    kept = Sessions(tmp_path)
    kept.begin(person(NOW, ("analyst",)), NOW)
    kept.end("o", TENANT, NOW + 10)
    kept.begin(person(NOW + 20, ("board",)), NOW + 20)
    # The newer cookie's time with the older one's roles: each piece is signed, by itself.
    assert kept.ended(person(NOW + 20, ("analyst",)), NOW + 30) == "ended"
    assert kept.ended(person(NOW + 20, ("board",)), NOW + 30) is None


@pytest.mark.parametrize("name", ["\u200b", "\n\t", "\u202e"])
def test_a_name_that_cannot_be_printed_is_not_nobody_s(name: str) -> None:
    who = person_in(said(name=name), how(), NOW)
    assert who
    assert who.name == who.oid


def test_a_damaged_file_of_sessions_lets_nobody_in(tmp_path: Path) -> None:
    kept = Sessions(tmp_path)
    (tmp_path / "access.sqlite").write_bytes(b"not a database, but long enough to be looked at" * 50)
    with pytest.raises(NotAllowedError):
        kept.ended(person(), NOW)


def test_lines_wait_for_a_busy_warehouse_and_are_written_once(tmp_path: Path, warehouse: Warehouse) -> None:
    kept, place = Sessions(tmp_path), tmp_path / "data" / "warehouse.duckdb"
    kept.line(NOW, "Ann", "analyst", "sign-in", "o@t", "signed in")
    kept.line(NOW, "Ann", "analyst", "sign-in", "o@t", "signed in")
    kept.line(NOW + 1, "Bo", "board", "refused", "load", "b@t")
    with alone_with_warehouse(place):
        assert kept.settle(warehouse) == 2
    assert kept.settle(warehouse) == 0
    assert kept.settle(warehouse) == 0
    with warehouse.reading() as reader:
        rows = acts(reader)
        assert audit_faults(reader, {}) == []
    assert rows[["who", "act"]].to_numpy().tolist() == [["Bo", "refused"], ["Ann", "sign-in"]]
    assert rows["at"].iloc[1] == datetime.fromtimestamp(NOW, UTC).replace(tzinfo=None)


def test_a_file_handed_out_is_for_one_person_and_a_short_while() -> None:
    now = [0.0]
    handed = HandedOut(lambda: now[0])
    handed.to("ann@t", "file")
    assert handed.is_for("ann@t", "file")
    assert not handed.is_for("bo@t", "file")
    now[0] = 121
    assert not handed.is_for("ann@t", "file")


def test_strangers_are_limited_in_number_and_in_how_often_they_knock() -> None:
    now = [0.0]
    limits = Limits(lambda: now[0])
    assert [limits.knock("a") for _ in range(KNOCKS)] == [False] * KNOCKS
    assert limits.knock("a")
    assert not limits.knock("b")
    now[0] = 61
    assert not limits.knock("a")
    with ExitStack() as tabs:
        for _ in range(STRANGERS):
            assert not limits.is_full(None, "a")
            tabs.enter_context(limits.counted(None, "a"))
        assert limits.is_full(None, "a")
        assert not limits.is_full(None, "b")
        for _ in range(TABS):
            assert not limits.is_full("ann@t", "a")
            tabs.enter_context(limits.counted("ann@t", "a"))
        assert limits.is_full("ann@t", "a")
        assert not limits.is_full("bo@t", "a")
    assert not limits.is_full(None, "a")


def test_a_stream_may_not_talk_without_end() -> None:
    now = [0.0]
    pace = Pace(SAID, lambda: now[0])
    assert [pace.is_too_fast() for _ in range(SAID)] == [False] * SAID
    assert pace.is_too_fast()
    now[0] = 61
    assert not pace.is_too_fast()


def test_streamlit_still_names_files_as_the_gate_takes_it_to_and_leaves_its_cookie_as_it_was() -> None:
    """When one of these fails after an update, read access/gate.py and access/replies.py again before going on."""
    from streamlit.runtime.media_file_storage import MediaFileKind
    from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage, _calculate_file_id
    from streamlit.web.server.starlette import starlette_auth_routes

    store = MemoryMediaFileStorage("/media")
    made = store.load_and_get_id(b"a,b", "text/csv", MediaFileKind.DOWNLOADABLE, "x.csv")
    assert made == _calculate_file_id(b"a,b", "text/csv", "x.csv")
    assert store.get_url(made) == f"/media/{made}.csv"
    code = Path(starlette_auth_routes.__file__).read_text(encoding="utf-8")
    assert "- secure is NOT set" in code
    assert "revo" not in code  # nothing of Streamlit's own ends a copied cookie


def test_an_administrator_ends_somebody_s_sessions_from_the_command_line(
    data_folder: Path, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WAYMARK_OIDC_TENANT", TENANT)
    now = time.time()
    kept, who = Sessions(data_folder), person(int(now))
    kept.begin(who, now)
    assert main(["people"]) == 0
    assert f"o  {who.name}, commissioner" in capsys.readouterr().out
    assert main(["end", "o", "--why", "has left", "--by", "I. T."]) == 0
    assert kept.ended(who, now) == "ended"
    with warehouse.reading() as reader:
        last = acts(reader).iloc[0]
    assert last[["who", "act", "subject", "detail"]].tolist() == ["I. T.", "end sessions", f"o@{TENANT}", "has left"]
    assert main(["check"]) == 2  # only one of the settings is there


def test_settings_come_from_the_environment_or_from_a_file_it_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "secret"
    kept.write_text(f"{SECRET}\n")
    monkeypatch.setenv("WAYMARK_COOKIE_SECRET_FILE", str(kept))
    monkeypatch.setenv("WAYMARK_ADDRESS", "https://w.example")
    assert sign_in_values() == {"address": "https://w.example", "cookie_secret": SECRET}
    kept.unlink()
    with pytest.raises(UsageError, match="WAYMARK_COOKIE_SECRET_FILE"):
        sign_in_values()
