"""Several local areas in one warehouse: each sees and publishes its own, a roll-up counts them together."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from etl.__main__ import main as etl
from etl.audit import Act, audit_faults, published_heads
from etl.check_in import CheckIn, record_check_in
from etl.engine_duckdb import DuckDBEngine
from etl.plan_load import ensure_plan
from etl.plan_record import read_plan_record
from etl.plan_shape import load_plan_shape
from etl.scope import Scope
from etl.settings import SHIPPED
from etl.tables import EVERYONE, MEASURES
from etl.warehouse import open_warehouse
from metrics.__main__ import main as metrics
from metrics.beside import Beside, read_beside, results_beside, without_others
from metrics.definition import load_definitions
from metrics.disclosure_policy import load_policy
from metrics.edition import current_edition, read_manifest, read_tables
from metrics.roll_up import added_measures
from metrics.roll_up_board import added_for_board
from metrics.warehouse_facts import select_fact
from tests import sitrep, waits
from tests.loads import insert_loads, load_row

KPIS = load_definitions()
HERE, THERE, BOTH = "E06000051", "E06000020", "QOC"
NAMES = {HERE: "Shropshire", THERE: "Telford and Wrekin", BOTH: "Shropshire, Telford and Wrekin"}
# Weeks waited at 31 May 2024, by area and how many children; nobody's wait lies on the edge of a band.
WAITS = {HERE: {3: 12, 10: 40, 60: 30}, THERE: {3: 30, 30: 25, 60: 8}}
MONTH_END = date(2024, 5, 31)


@dataclass(frozen=True)
class Areas:
    """A warehouse that three data folders share."""

    root: Path

    def as_(self, area: str, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Act as one of the areas from now on and return its data folder."""
        monkeypatch.setenv("WAYMARK_DATA", str(self.root / area))
        monkeypatch.setenv("WAYMARK_WAREHOUSE", f"duckdb:{self.root / 'store' / 'warehouse.duckdb'}")
        monkeypatch.setenv("WAYMARK_KEY", str(self.root / "keys" / area))
        monkeypatch.setenv("WAYMARK_BESIDE", os.pathsep.join(str(self.root / code) for code in (HERE, THERE)))
        return self.root / area

    def tables(self, area: str, audience: str = "restricted") -> dict[str, pd.DataFrame]:
        """Return the tables of an area's edition in use."""
        folder = self.root / area / "editions"
        return read_tables(folder, str(current_edition(folder)), "board" if audience == "board" else "restricted")

    def value(self, of: str, kpi: str, area: str, audience: str = "restricted", month: str = "2024-05") -> pd.Series:
        """Return one figure, not broken down, of the edition of one area about itself or another."""
        rows = self.tables(of, audience)["results"]
        rows = rows[(rows["kpi"] == kpi) & (rows["area"] == area) & (rows["breakdown"] == EVERYONE)]
        [row] = [row for _, row in rows.iterrows() if f"{row['month']:%Y-%m}" == month]
        return row


def plan_of(area: str, folder: Path) -> None:
    """Write the plan of an area: the shipped one under another code, the roll-up's naming its members."""
    shutil.copytree(SHIPPED / "plan", folder)
    for path in [*folder.glob("*.yaml"), *folder.glob("*.csv")]:
        text = path.read_text(encoding="utf-8").replace(HERE, area)
        if path.name == "plan.yaml":
            text = re.sub(r"^area_name: .*$", f"area_name: '{NAMES[area]}'", text, flags=re.M)
            if area == BOTH:
                text = re.sub(r"^  - \{area: (R1D|QOC, role: comparator).*\n", "", text, flags=re.M)
                text = text.replace("priority_areas:", f"rolls_up: [{HERE}, {THERE}]\npriority_areas:", 1)
        if area == BOTH and path.name == "scorecard.yaml":
            text = text.replace("R1D", BOTH)
        path.write_text(text, encoding="utf-8")


def list_of(area: str, path: Path, month_end: date = MONTH_END) -> Path:
    """Write a list of children who wait; the two areas' numbers of referrals overlap."""
    rows: list[dict[str, str]] = []
    for weeks, count in WAITS[area].items():
        started = pd.Timestamp(MONTH_END) - pd.Timedelta(days=7 * weeks - 3)
        rows += waits.children(
            count, len(rows) + 1, Referral_received_date=f"{started:%d/%m/%Y}",
            Snapshot_date=f"{month_end:%d/%m/%Y}",
        )  # fmt: skip
    return waits.write(path, rows)


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Areas]:
    """Load one month of a list for both areas and a published table, and publish all three."""
    made = Areas(tmp_path_factory.mktemp("areas"))
    (made.root / "store").mkdir()
    for area in NAMES:
        (made.root / area).mkdir()
        plan_of(area, made.root / area / "plan")
    with pytest.MonkeyPatch.context() as monkeypatch:
        for area in (HERE, THERE):
            made.as_(area, monkeypatch)
            name = list_of(area, made.root / f"{area}_nd_waiting_list.csv")
            assert etl(["load", str(name), "--by", "A"]) == 0
        public = sitrep.write(made.root / "Community-health-services-sitrep-january-2023.xlsx")
        assert etl(["load", str(public), "--by", "A"]) == 0
        for area in (HERE, THERE, BOTH, HERE):  # the first stood beside nobody
            made.as_(area, monkeypatch)
            assert metrics(["publish", "--by", "A", "--as-of", "2024-05"]) == 0
        yield made


def listed(areas: Areas, area: str) -> int:
    return sum(WAITS[area].values())


def test_a_list_of_one_area_does_not_replace_anothers(
    areas: Areas, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for area, number in ((HERE, 1), (THERE, 2)):
        areas.as_(area, monkeypatch)
        capsys.readouterr()
        assert etl(["status", "--json"]) == 0
        loads = json.loads(capsys.readouterr().out)["loads"]
        own = [load for load in loads if load["local_area"] == area]
        assert [(load["load_id"], load["state"]) for load in own] == [
            (f"nd_waiting_list.RRE.2024-05.{number}", "current")
        ]
        assert {load["local_area"] for load in loads} == {area, "all"}


def test_nobody_withdraws_anothers_load(
    areas: Areas, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for area in (THERE, BOTH):
        areas.as_(area, monkeypatch)
        assert etl(["withdraw", "nd_waiting_list.RRE.2024-05.1", "--why", "it is not mine"]) == 2
        assert "There is no current load" in capsys.readouterr().err


def test_an_edition_counts_its_own_area_and_says_whose_it_is(areas: Areas) -> None:
    for area in (HERE, THERE):
        folder = areas.root / area / "editions"
        manifest = read_manifest(folder, str(current_edition(folder)))
        assert (manifest.local_area, manifest.area_name) == (area, NAMES[area])
        assert areas.value(area, "nd_list_size", area)["value"] == listed(areas, area)
        assert set(areas.tables(area)["loads"]["organisation"]) == {"RRE", "nhs_england"}
        assert (areas.tables(area)["results"]["area"] == "E92000001").any()  # what is published is everybody's


def test_a_roll_up_counts_all_members_under_its_own_code(areas: Areas) -> None:
    total = listed(areas, HERE) + listed(areas, THERE)
    assert areas.value(BOTH, "nd_list_size", BOTH)["value"] == total
    within = sum(count for area in (HERE, THERE) for weeks, count in WAITS[area].items() if weeks <= 18)
    assert areas.value(BOTH, "nd_within_18_weeks", BOTH)["value"] == pytest.approx(100 * within / total)
    # Of 145 children the 73rd waits in the band of 10 weeks (42 before it, 40 in it): 9 + (72.5 - 42) / 40 weeks.
    assert total == 145
    assert areas.value(BOTH, "nd_median_wait", BOTH)["value"] == pytest.approx(9 + (72.5 - 42) / 40)
    loads = areas.tables(BOTH)["loads"]
    assert set(loads["organisation"]) == {f"{HERE} RRE", f"{THERE} RRE", "nhs_england"}
    named = areas.tables(BOTH)["areas"].set_index("area")
    assert named.loc[BOTH, "role"] == "local"
    assert named.loc[THERE, "name"] == NAMES[THERE]


def test_others_stand_beside_with_what_their_board_is_shown(areas: Areas) -> None:
    told = areas.value(THERE, "nd_list_size", THERE, "board")["value"]
    assert told == 65 != listed(areas, THERE)
    assert areas.value(HERE, "nd_list_size", THERE)["value"] == told
    beside = areas.tables(HERE)["results"]
    assert set(beside.loc[beside["area"] == THERE, "breakdown"]) == {EVERYONE}
    ranked = areas.tables(HERE)["comparators"]
    ranked = ranked[(ranked["kpi"] == "nd_within_18_weeks") & (ranked["area"] == HERE)]
    assert ranked[["rank", "areas"]].to_numpy().tolist() == [[1, 2]]
    manifest = read_manifest(areas.root / HERE / "editions", str(current_edition(areas.root / HERE / "editions")))
    assert list(manifest.beside) == [THERE]


def test_a_roll_ups_board_is_told_sums_of_what_the_members_boards_are_told(areas: Areas) -> None:
    here, there, both = (areas.value(area, "nd_list_size", area, "board")["value"] for area in (HERE, THERE, BOTH))
    assert (here, there, both) == (80, 65, 145)
    within = areas.value(BOTH, "nd_within_18_weeks", BOTH, "board")
    parts = [areas.value(area, "nd_within_18_weeks", area, "board") for area in (HERE, THERE)]
    assert within["numerator"] == sum(part["numerator"] for part in parts)
    assert within["denominator"] == sum(part["denominator"] for part in parts)
    assert within["value"] == pytest.approx(100 * within["numerator"] / within["denominator"])
    wait = areas.value(BOTH, "nd_median_wait", BOTH, "board")
    assert pd.isna(wait["value"])
    assert wait["flag"] == "suppressed"


def test_exact_figures_of_a_roll_up_change_nothing_of_its_board_file(areas: Areas) -> None:
    others, left_out = read_beside([areas.root / code for code in (HERE, THERE)], but=BOTH, demonstration=False)
    assert left_out == []
    tables = areas.tables(BOTH)
    strict = {("nd_assessment", BOTH)}
    policy = load_policy(areas.root / BOTH / "plan")
    exact = tables["results"]
    figures = ["numerator", "denominator", "value", "low", "high"]
    own = (exact["area"] == BOTH) & exact["value"].notna()
    other = exact.assign(**{name: exact[name].mask(own, exact[name] * 3 + 1) for name in figures})
    bands = tables["bands"].assign(children=tables["bands"]["children"].mask(tables["bands"]["area"] == BOTH, 7))
    first = added_for_board(exact, tables["bands"], KPIS, strict, others, policy)
    second = added_for_board(other, bands, KPIS, strict, others, policy)
    of_list = first.results["kpi"].map({n: k.select.get("clock") for n, k in KPIS.items()}).eq("nd_assessment")
    mine = of_list & (first.results["area"] == BOTH)
    assert mine.sum() > 20
    pd.testing.assert_frame_equal(first.results[mine], second.results[mine])
    own_bands = first.bands["clock"].eq("nd_assessment") & first.bands["area"].eq(BOTH)
    pd.testing.assert_frame_equal(first.bands[own_bands], second.bands[own_bands])


def test_a_groups_sum_needs_every_members_split_and_exact_rows_name_no_group(areas: Areas) -> None:
    others, _ = read_beside([areas.root / code for code in (HERE, THERE)], but=BOTH, demonstration=False)
    tables, policy = areas.tables(BOTH), load_policy(areas.root / BOTH / "plan")
    whole = others[1].tables["results"]
    split = whole["breakdown"].eq("diagnosis") & whole["area"].eq(THERE)
    unsplit = Beside(others[1].manifest, {**others[1].tables, "results": whole[~split]})
    strict = {("nd_assessment", BOTH)}
    for members, groups in ((others, 1), ([others[0], unsplit], 0)):
        found = added_for_board(tables["results"], tables["bands"], KPIS, strict, members, policy).results
        mine = found[(found["kpi"] == "nd_list_size") & (found["area"] == BOTH) & (found["breakdown"] == "diagnosis")]
        assert mine["value"].tolist() == [145] * groups


def test_what_our_lists_say_of_a_neighbour_gives_way_to_its_own_board(areas: Areas) -> None:
    others, _ = read_beside([areas.root / THERE], but=HERE, demonstration=False)
    results = areas.tables(HERE)["results"]
    ours = results[(results["area"] == HERE) & (results["kpi"] == "nd_list_size")].assign(area=THERE)
    public = results[results["area"] == "E92000001"].assign(area=THERE)
    held = pd.concat([ours, public], ignore_index=True)
    left = without_others(held, others, KPIS, {("nd_assessment", THERE)})
    assert len(left) == len(public) > 0
    assert set(results_beside(others, left, KPIS, pd.Timestamp("2024-05-01"))["kpi"]) >= {"nd_list_size"}


def test_a_folder_that_cannot_be_read_is_told_and_left_as_it_is(areas: Areas, tmp_path: Path) -> None:
    broken, empty, changed = (tmp_path / name for name in ("broken", "empty", "changed"))
    shutil.copytree(areas.root / HERE, broken)
    (broken / "editions" / "CURRENT").write_text("20200101T000000Z-00000000")
    (broken / ".restoring.json").write_text("{")
    (empty / "editions").mkdir(parents=True)
    shutil.copytree(areas.root / THERE, changed)
    [board] = changed.glob(f"editions/{current_edition(changed / 'editions')}/board.duckdb")
    board.chmod(0o600)
    board.write_bytes(board.read_bytes() + b" ")
    found, told = read_beside([broken, empty, tmp_path / "none", changed], but=BOTH, demonstration=False)
    assert found == []
    assert [words.removeprefix(f"{tmp_path}/") for words in told] == [
        "broken: There is no edition '20200101T000000Z-00000000'.",
        "empty: Nothing is published there yet.",
        "none: There is no folder of editions there.",
        f"changed: Edition {board.parent.name} does not hold what was published.",
    ]
    assert (broken / ".restoring.json").read_text() == "{"


def test_the_audit_tells_each_area_its_own_acts(
    areas: Areas, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for area, own, other in ((HERE, 1, 2), (THERE, 2, 1)):
        areas.as_(area, monkeypatch)
        capsys.readouterr()
        assert etl(["audit"]) == 0
        said = capsys.readouterr().out
        assert f"nd_waiting_list.RRE.2024-05.{own}" in said
        assert f"nd_waiting_list.RRE.2024-05.{other}" not in said
        assert etl(["audit", "--verify"]) == 0


def test_a_measure_is_added_up_where_every_member_splits_it(tmp_path: Path) -> None:
    warehouse = DuckDBEngine(tmp_path / "w.duckdb", 1, Scope(BOTH, (HERE, THERE)))
    may = date(2024, 5, 1)
    figures = [
        (HERE, "all", "all", 60, 80), (THERE, "all", "all", 30, 100),
        (HERE, "organisation", "RRE", 20, 30), (HERE, "organisation", "RXW", 40, 50),
        (HERE, "sex", "F", 10, 20), (THERE, "sex", "F", 5, 10), (THERE, "sex", "M", 2, 4),
    ]  # fmt: skip
    with warehouse.writing() as writer:
        insert_loads(writer, [load_row(area, "measures", may, local_area=area) for area in (HERE, THERE)])
        rows = [
            {"load_id": area, "measure": "nd_referrals_accepted", "area": area, "month": may, "period_months": 1,
             "breakdown": breakdown, "group": group, "numerator": over, "denominator": base}
            for area, breakdown, group, over, base in figures
        ]  # fmt: skip
        writer.insert(MEASURES, MEASURES.frame(rows))
    with warehouse.reading() as reader:
        found = added_measures(reader, reader.query(select_fact("measure_values")))
    told = found.sort_values(["breakdown", "group"])[["breakdown", "group", "numerator", "denominator", "flag"]]
    assert told.astype("object").where(told.notna(), None).to_numpy().tolist() == [
        ["all", "all", 90, 180, None],
        ["organisation", "RRE", None, None, "not_supplied"], ["organisation", "RXW", None, None, "not_supplied"],
        ["sex", "F", 15, 30, None], ["sex", "M", 2, 4, None],
    ]  # fmt: skip
    assert set(found["area"]) == {BOTH}


def test_a_hidden_part_hides_the_sum(areas: Areas) -> None:
    others, _ = read_beside([areas.root / code for code in (HERE, THERE)], but=BOTH, demonstration=False)
    hiding = others[1].tables["results"].copy()
    row = hiding["kpi"].eq("nd_over_52_weeks") & hiding["breakdown"].eq(EVERYONE) & hiding["area"].eq(THERE)
    hiding.loc[row, ["numerator", "value"]] = None
    hiding.loc[row, "flag"] = "suppressed"
    changed = [others[0], Beside(others[1].manifest, {**others[1].tables, "results": hiding})]
    tables = areas.tables(BOTH)
    policy = load_policy(areas.root / BOTH / "plan")
    found = added_for_board(tables["results"], tables["bands"], KPIS, {("nd_assessment", BOTH)}, changed, policy)
    told = found.results[(found.results["area"] == BOTH) & (found.results["breakdown"] == EVERYONE)]
    assert told.loc[told["kpi"] == "nd_over_52_weeks", "flag"].tolist() == ["suppressed"]
    assert told.loc[told["kpi"] == "nd_over_52_weeks", "value"].isna().all()
    assert told.loc[told["kpi"] == "nd_list_size", "value"].tolist() == [145]


def test_a_roll_up_takes_no_lists_and_needs_its_members_beside_it(
    areas: Areas, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    areas.as_(BOTH, monkeypatch)
    assert etl(["check", str(list_of(HERE, tmp_path / "nd_waiting_list.csv"))]) == 1
    assert "this plan rolls up other areas" in capsys.readouterr().out
    monkeypatch.setenv("WAYMARK_BESIDE", str(areas.root / HERE))
    assert metrics(["publish", "--by", "A"]) == 1
    assert f"and {THERE} has no edition beside it; nothing was published" in capsys.readouterr().err


def test_each_plan_has_its_own_check_ins(areas: Areas, monkeypatch: pytest.MonkeyPatch, act: Act) -> None:
    for area in (HERE, THERE):
        plan = areas.as_(area, monkeypatch) / "plan"
        shape, warehouse = load_plan_shape(plan), open_warehouse()
        ensure_plan(warehouse, plan, shape, act)
        record_check_in(warehouse, CheckIn("A001", "ND Workstream", "G", f"Of {area}"), shape, act, "page")
    with open_warehouse().reading() as reader:
        entered = read_plan_record(reader).check_ins
    assert entered[["check_in_id", "progress"]].to_numpy().tolist() == [["A001.1", f"Of {THERE}"]]
    with open_warehouse(everybody=True).reading() as reader:
        assert len(read_plan_record(reader).check_ins) == 2
        assert audit_faults(reader, published_heads(areas.root / HERE / "editions")) == []


def test_restoring_takes_nobody_else_back_unasked(
    areas: Areas, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = areas.as_(HERE, monkeypatch)
    assert etl(["backup", "--by", "A"]) == 0
    [made] = (folder / "backups").iterdir()
    assert etl(["restore", str(made), "--by", "A"]) == 2
    assert f"The warehouse holds loads of {THERE} too" in capsys.readouterr().err
    assert etl(["restore", str(made), "--by", "A", "--every-area"]) == 0


def test_a_month_that_lacks_a_member_is_withheld_and_says_who(
    areas: Areas, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    copy = Areas(tmp_path / "areas")
    shutil.copytree(areas.root, copy.root)
    copy.as_(HERE, monkeypatch)
    june = list_of(HERE, tmp_path / "nd_waiting_list.csv", date(2024, 6, 30))
    capsys.readouterr()
    assert etl(["check", str(june), "--json"]) == 1
    [told] = json.loads(capsys.readouterr().out)
    queries = [found["rule"] for found in told["findings"] if found["severity"] == "query"]
    explained = [word for rule in queries for word in ("--explain", f"{rule}=as the sender says")]
    assert etl(["load", str(june), "--by", "A", *explained]) == 0
    for area in (HERE, BOTH):
        copy.as_(area, monkeypatch)
        assert metrics(["publish", "--by", "A", "--as-of", "2024-06"]) == 0
    for audience in ("restricted", "board"):
        row = copy.value(BOTH, "nd_list_size", BOTH, audience, "2024-06")
        assert row["flag"] == "withheld"
        assert pd.isna(row["value"])
    results = copy.tables(BOTH)["results"]
    split = results["breakdown"].eq("organisation") & results["month"].eq("2024-06-01") & results["area"].eq(BOTH)
    assert set(results.loc[split & results["kpi"].eq("nd_list_size"), "flag"]) == {"withheld"}
    checks = copy.tables(BOTH)["checks"]
    june_alone = (checks["check"] == "members") & (checks["month"] == "2024-06-01")
    [words] = checks.loc[june_alone, "sentence"]
    assert words == f"1 of 2 local areas have a list; missing: {THERE}."
