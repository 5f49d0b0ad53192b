"""From the warehouse to a published edition: facts, results, trajectory, verdict, and one rename."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from etl.audit import audit_head
from etl.lock import alone_with_editions
from etl.organisations import kind_of
from etl.plan_record import read_plan_record
from etl.settings import folders_beside, reference_folder
from etl.tables import EVERYONE
from etl.warehouse import Warehouse
from metrics.arrived import feeds, latest_source, read_arrived, read_feeds, sender_names
from metrics.beside import areas_beside, read_beside, results_beside, without_others
from metrics.comparators import compared, differences, load_neighbours
from metrics.compute import Facts
from metrics.course import Courses
from metrics.definition import Definition, load_definitions
from metrics.disclosure import not_public, protected
from metrics.disclosure_policy import load_policy
from metrics.disclosure_surveys import board_counts
from metrics.disclosure_tables import for_board
from metrics.edition import (
    Audience,
    EditionError,
    Manifest,
    MilestoneDate,
    content_hash,
    write_edition,
)
from metrics.edition_tables import BANDS, EDITION, EDITION_AREAS, KPIS, READ_BESIDE
from metrics.in_use import as_published, disclosed_before, refuse_rewriting, tables_in_use
from metrics.integrity import bands_withheld, checks, withheld
from metrics.kept_cells import kept_facts
from metrics.kept_results import kept_results
from metrics.kept_store import KeptStore, with_store
from metrics.kinds import added_up
from metrics.known_issues import issues_table
from metrics.plan import Plan, months_between, months_later
from metrics.plan_edition import plan_in_edition
from metrics.plan_folder import load_plan
from metrics.plan_measures import strict_leads, with_plan_measures
from metrics.plan_state import end_of
from metrics.quality_tables import DISCLOSED
from metrics.roll_up import with_members
from metrics.roll_up_board import added_for_board, members_beside
from metrics.scorecard import score
from metrics.surveys import Frames, counted, derived
from metrics.warehouse_facts import select_fact

Step = Callable[[str], None]


@dataclass(frozen=True)
class Published:
    """What publishing led to: the edition in use, whether it is a new one, and which areas do not stand beside it."""

    manifest: Manifest
    changed: bool
    left_out: tuple[str, ...] = ()


def publish(
    warehouse: Warehouse, editions: Path, plan_folder: Path, *, by: str, note: str, at: datetime,
    as_of: date | None = None, step: Step = lambda _: None,
) -> Published:  # fmt: skip
    """Compute everything and publish it as a new edition; the same figures again leave the current one in use.

    `as_of` is the month the scorecard is read in: by default the month of `at`, and for demonstration data alone the
    last month it has. What other areas' boards are shown stands beside our figures (WAYMARK_BESIDE), and is added up
    for the board of a plan that rolls those areas up. One publishes at a time, from reading to pointing, so that older
    figures never follow newer ones. Raises DocumentError, EditionError, WarehouseBusyError; nothing is published then.
    """

    def work(store: KeptStore | None) -> Published:
        return _publish(warehouse, editions, plan_folder, by, note, at, as_of, step, store)

    with alone_with_editions(editions):
        return with_store(editions.parent / "kept", warehouse, work)


def _publish(
    warehouse: Warehouse, editions: Path, plan_folder: Path, by: str, note: str, at: datetime,
    as_of: date | None, step: Step, store: KeptStore | None,
) -> Published:  # fmt: skip
    local = load_plan(plan_folder)
    plan = local.plan
    refuse_rewriting(local, editions)
    step("read facts")
    with warehouse.reading() as reader:
        loads = reader.query("SELECT * FROM loads")
        facts = kept_facts(reader, store)
        tables = read_arrived(reader, loads, sender_names(plan_folder, reference_folder()))
        fed = read_feeds(reader)
        waves, questions = (reader.query(select_fact(name)) for name in ("waves", "questions"))
        record = read_plan_record(reader)
        head = audit_head(reader)
        areas = reader.query(
            "SELECT areas.area, areas.level, areas.name FROM areas JOIN loads ON loads.load_id = areas.load_id "
            "WHERE loads.state = 'current' ORDER BY loads.month"
        )
    current = loads[loads["state"] == "current"]
    if current.empty:
        raise EditionError("Nothing is loaded, so there is nothing to publish. Start with: python -m etl load FILE…")
    demonstration = bool(current["demonstration"].any())
    elsewhere = [folder for folder in folders_beside() if folder.resolve() != editions.parent.resolve()]
    others, left_out = read_beside(elsewhere, but=plan.home, demonstration=demonstration)
    members = members_beside(others, plan.rolls_up, left_out)
    areas = pd.concat([areas, _home(plan, areas), areas_beside(others)], ignore_index=True)
    month = as_of or _read_in(current, facts, plan, at)
    step("compute KPIs")
    kpis = load_definitions()
    actions = plan_in_edition(local, record, kpis.values(), month, end_of(as_of) if as_of else None)
    facts = with_plan_measures(facts, plan, actions.record, kpis, month)
    results = kept_results(kpis.values(), facts, store)
    results = results[results["month"] <= pd.Timestamp(month)].reset_index(drop=True)
    step("check")
    strict = not_public(fed, loads, facts["measure_values"]) | strict_leads(plan)
    results = without_others(results, others, kpis, strict)
    made = checks(facts)
    made = made[made["month"] <= pd.Timestamp(month)].reset_index(drop=True)
    lists, home = facts["observed"][facts["observed"]["month"] <= pd.Timestamp(month)], plan.home
    # What a board is told of a roll-up rests on its members' checks: its own are on exact figures.
    others_made = made[made["area"] != home] if members else made
    made, made_for_board = (with_members(own, lists, home, members) for own in (made, others_made))
    counted_anyway = results
    results = withheld(results, kpis.values(), made)
    if results.empty:
        raise EditionError(f"No figure is as old as {month:%B %Y}; nothing was published. Choose a later --as-of.")
    step("score")
    bands = _bands(facts["clock_counts"], plan, month)
    near = results_beside(others, results, kpis, pd.Timestamp(month))
    tables |= {
        "checks": made,
        "kpis": _kpis(kpis),
        "read_beside": _read_beside(kpis),
        "differences": differences(kpis),
        "areas": _areas(areas, pd.concat([results["area"], near["area"]]), plan, [other.area for other in others]),
        "feeds": feeds(fed, facts["observed"], kpis.values(), plan.local, month),
        **actions.tables(),
    }

    courses, policy = Courses(), load_policy(plan_folder)
    surveys = counted(facts["answer_counts"], waves[waves["month"] <= pd.Timestamp(month)], questions)

    def told(
        results: pd.DataFrame, bands: pd.DataFrame, disclosed: pd.DataFrame, asked: Frames, audience: Audience
    ) -> dict[str, pd.DataFrame]:
        """Return all tables, whatever is derived from results derived from these."""
        neighbours = load_neighbours(reference_folder())
        results = pd.concat([results, near], ignore_index=True) if len(near) else results
        issues = issues_table(local.known_issues, tables["feeds"], tables["loads"], results, month)
        sources = latest_source(tables["feeds"], tables["loads"])
        scored = score(plan, local.scorecard, kpis, results, month, local.amendments, sources, courses)
        return {
            **tables,
            **scored,
            **derived(asked, kpis, results, policy.rounding_base // 2 if audience == "board" else 0),
            **actions.beside({**tables, **scored}, tables_in_use(local, editions, audience)),
            "scorecard": _with_parts(scored["scorecard"], results),
            "results": results,
            "comparators": compared(results, kpis.values(), areas, neighbours),
            "known_issues": issues,
            "bands": bands,
            "disclosed": disclosed,
        }

    step("hide small counts")
    if members:
        of_plan = {lead for lead, _ in strict_leads(plan)}
        kept = added_for_board(counted_anyway, bands, kpis, strict, members, policy, of_plan)
        kept = replace(kept, results=withheld(kept.results, kpis.values(), made_for_board))
    else:
        kept = protected(results, bands, kpis, facts, strict, policy, disclosed_before(editions))
    step("score for the board")
    rounded = told(
        kept.results,
        bands_withheld(kept.bands, made_for_board),
        DISCLOSED.empty(),
        board_counts(surveys, policy),
        "board",
    )
    board = for_board({**rounded, "checks": made_for_board}, loads, strict)
    tables = told(results, bands_withheld(bands, made), kept.disclosed, surveys, "restricted")
    step("write edition")
    digests = (content_hash(tables), content_hash(board))
    if manifest := as_published(editions, *digests):
        return Published(manifest, changed=False, left_out=tuple(left_out))
    manifest = _manifest(plan, month, at, by, note, digests, tables, demonstration)
    stand_beside = {other.area: other.manifest.edition_id for other in others}
    more = {"audit_head": head, "disclosure": policy.words(), "beside": stand_beside}
    manifest = write_edition(editions, tables, manifest.model_copy(update=more), board)
    return Published(manifest, changed=True, left_out=tuple(left_out))


def version() -> str:
    """Return Waymark's version."""
    project = Path(__file__).resolve().parent.parent / "pyproject.toml"
    return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])


def _read_in(current: pd.DataFrame, facts: Facts, plan: Plan, at: datetime) -> date:
    if not current["demonstration"].all():
        return at.date().replace(day=1)
    months = [fact.loc[fact["area"].isin(plan.local), "month"].max() for fact in facts.values()]
    known = [month.date() for month in months if not pd.isna(month)]
    return max(known, default=at.date().replace(day=1))


def _with_parts(scorecard: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """Add numerator, base and interval of the latest figure, as computed once in results."""
    parts = ["numerator", "denominator", "low", "high"]
    key = ["kpi", "area", "month", "period_months"]
    whole = results[results["breakdown"] == EVERYONE]
    return scorecard.drop(columns=parts).merge(whole[[*key, *parts]], on=key, how="left")[list(scorecard.columns)]


def _kpis(kpis: dict[str, Definition]) -> pd.DataFrame:
    return KPIS.frame(
        {
            **{name: getattr(kpi, name) for name in KPIS.names() if hasattr(kpi, name)},
            "kpi": kpi.id,
            "standard_value": kpi.standard.value if kpi.standard else None,
            "standard_source": kpi.standard.source if kpi.standard else None,
            "plan_refs": ", ".join(kpi.plan_refs),
            "definition": kpi.text,
        }
        for kpi in kpis.values()
    )


def _read_beside(kpis: dict[str, Definition]) -> pd.DataFrame:
    return READ_BESIDE.frame(
        {"kpi": kpi.id, "position": position, "beside": name}
        for kpi in kpis.values()
        for position, name in enumerate(kpi.beside)
    )


def _home(plan: Plan, areas: pd.DataFrame) -> pd.DataFrame:
    """Return the row of areas for a roll-up that no published table names."""
    home = {"area": plan.home, "level": kind_of(plan.home).split(" ")[0], "name": plan.area_name}
    unnamed = bool(plan.rolls_up) and home["area"] not in set(areas["area"])
    return pd.DataFrame([home] if unnamed else [], columns=list(home))


def _areas(areas: pd.DataFrame, held: pd.Series, plan: Plan, beside: list[str]) -> pd.DataFrame:
    roles = {**dict.fromkeys(beside, "comparator"), **{area.area: area.role for area in plan.areas}}
    newest = areas.drop_duplicates("area", keep="last")
    newest = newest[newest["area"].isin(held)]
    return EDITION_AREAS.typed(newest.assign(role=newest["area"].map(roles).fillna("other"))).reset_index(drop=True)


def _bands(counts: pd.DataFrame, plan: Plan, month: date) -> pd.DataFrame:
    areas = {area.area for area in plan.areas}
    chosen = counts[
        (counts["breakdown"] == EVERYONE) & counts["area"].isin(areas) & (counts["month"] <= pd.Timestamp(month))
    ]
    return BANDS.typed(added_up(chosen, ["clock", "state", "area", "month", "weeks_from", "weeks_to"]))


def _manifest(
    plan: Plan, month: date, at: datetime, by: str, note: str, digests: tuple[str, str],
    tables: dict[str, pd.DataFrame], demonstration: bool,
) -> Manifest:  # fmt: skip
    slots = sorted(plan.slots.values(), key=lambda slot: slot.months)
    return Manifest(
        # The board may read the id, so it says nothing of exact figures.
        edition_id=f"{at:%Y%m%dT%H%M%SZ}-{digests[1][:8]}",
        content_sha256=digests[0],
        board_sha256=digests[1],
        published_at=at,
        published_by=by,
        note=note,
        area_name=plan.area_name,
        local_area=plan.home,
        plan_title=plan.title,
        as_of=month,
        plan_start=plan.start,
        months_elapsed=months_between(plan.start, month),
        milestones=[
            MilestoneDate(label=slot.label, month=months_later(plan.start, slot.months), months=slot.months)
            for slot in slots
        ],
        demonstration=demonstration,
        version=version(),
        rows={table.name: len(tables[table.name]) for table in EDITION},
    )
