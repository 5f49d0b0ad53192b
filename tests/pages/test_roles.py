"""The screens as each role sees them, without a server: who may what, at this very moment."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from access.sessions import Sessions
from access.setup import SignIn
from etl.audit import acts
from etl.errors import NotAllowedError
from etl.warehouse import open_warehouse
from pages.components import serving, visitor
from tests.access.editions import EXACT, ROUNDED, two_files
from tests.access.provider import CLIENT, OIDS, TENANT, claims
from tests.access.test_rules import ISSUER, how
from tests.pages.conftest import APP
from tests.pages.screen import words


@pytest.fixture
def setup(data: Path) -> Iterator[SignIn]:
    two_files(data / "editions")
    setup = how()
    serving.behind_the_gate(setup)
    yield setup
    serving._gate.clear()


def app_of(who: str, **changes: object) -> AppTest:
    now = int(time.time())
    app = AppTest.from_file(APP, default_timeout=60)
    known = {"iss": ISSUER, "aud": CLIENT, "sub": who, "iat": now, "auth_time": now, "is_logged_in": True}
    app.user = {**claims(who), **known, **changes}
    return app.run()


def opened(app: AppTest, page: str) -> str:
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    return words(app)


def test_one_process_keeps_what_it_drew_for_an_analyst_from_the_board(setup: SignIn) -> None:
    analyst, board = app_of("analyst"), app_of("board")
    for _ in range(2):
        for page in ("action_plan", "scorecard"):
            assert ROUNDED not in opened(analyst, page)
            assert EXACT not in opened(board, page)
        assert EXACT in words(analyst)
        assert ROUNDED in words(board)


def test_a_tab_left_open_shows_nothing_once_the_session_was_ended(setup: SignIn, data: Path) -> None:
    app = app_of("commissioner")
    assert EXACT in words(app)
    Sessions(data).end(OIDS["commissioner"], TENANT, time.time())
    app.run()
    assert "Your session has ended" in words(app)
    assert EXACT not in words(app)


def test_a_page_that_is_not_for_a_role_says_so_and_puts_it_on_record(setup: SignIn, data: Path) -> None:
    for who in ("board", "commissioner"):
        app = app_of(who)
        assert "It is for analysts." in opened(app, "upload")
        assert not app.get("file_uploader")
    Sessions(data).settle(open_warehouse())
    with open_warehouse().reading() as reader:
        rows = acts(reader)
    assert rows[["who", "role", "act", "subject"]].to_numpy().tolist() == [
        ["Com Missioner", "commissioner", "refused", "load"], ["Bo Ard", "board", "refused", "load"],
    ]  # fmt: skip


def test_a_commissioner_checks_in_under_name_and_role(setup: SignIn) -> None:
    app = app_of("commissioner")
    app.query_params["action"] = "5.1.2"
    opened(app, "action_plan")
    app.text_input(key="role entered in").set_value("Programme lead")
    app.radio[0].set_value("G")
    app.text_area[0].set_value("Health has agreed")
    next(button for button in app.button if button.label == "Enter this check-in").click().run()
    assert "Entered as A001.1" in app.success[0].value.replace("\\", "")
    with open_warehouse().reading() as reader:
        last = acts(reader).iloc[0]
    assert [last["who"], last["role"], last["act"]] == ["Com Missioner", "commissioner, as Programme lead", "check-in"]


def test_the_board_neither_checks_in_nor_sees_what_was_escalated(setup: SignIn) -> None:
    app = app_of("board")
    app.query_params["view"] = "Escalations"
    said = opened(app, "action_plan")
    assert "Long waits" not in said
    assert not [one for one in app.button_group if "Escalations" in one.options]


def visit(who: str) -> visitor.Visitor:
    person = visitor.person_in({**claims(who), "iss": ISSUER, "aud": CLIENT, "iat": time.time()}, how(), time.time())
    assert person
    return visitor.Visitor(person.name, tuple(person.roles), person.rights, person)


def test_an_act_is_looked_at_again_when_it_is_done(setup: SignIn, data: Path) -> None:
    for right in ("exact", "enter", "load", "publish"):
        with pytest.raises(NotAllowedError, match="role does not allow"):
            visit("board").acting(right)  # type: ignore[arg-type]
    analyst = visit("analyst")
    assert analyst.acting("publish").who == "Ann Alyst"
    Sessions(data).end(OIDS["analyst"], TENANT, time.time() + 1)
    with pytest.raises(NotAllowedError, match="no longer signed in"):
        analyst.acting("publish")


def test_a_server_for_the_board_shows_nobody_more(setup: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYMARK_AUDIENCE", "board")
    app = app_of("analyst")
    assert EXACT not in words(app)
    assert "It is for analysts." in opened(app, "upload")


def test_this_machine_can_look_as_each_role_does(data: Path) -> None:
    two_files(data / "editions")
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert "This machine only: nobody signs in." in words(app)
    assert EXACT in words(app)
    next(button for button in app.button if button.label == "As board").click().run()
    assert EXACT not in words(app)
    assert "It is for analysts." in opened(app, "upload")
