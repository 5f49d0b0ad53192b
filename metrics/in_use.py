"""What a new edition is held against: the one in use, and what earlier ones showed."""

from pathlib import Path

import pandas as pd

from etl.errors import DocumentError
from metrics.edition import (
    Audience,
    EditionError,
    Manifest,
    current_edition,
    list_editions,
    read_manifest,
    read_tables,
)
from metrics.plan_folder import LocalPlan
from metrics.plan_history import another_plan, clock_rewritten, rewritten
from metrics.prune import edition_fault


def disclosed_before(editions: Path) -> pd.DataFrame | None:
    """Return how the newest edition that can be read treated its counts; None where there is none.

    Each edition's table carries what earlier ones showed, so the newest is enough.
    """
    for manifest in list_editions(editions):
        try:
            return read_tables(editions, manifest.edition_id)["disclosed"]
        except EditionError:
            continue
    return None


def tables_in_use(local: LocalPlan, editions: Path, audience: Audience) -> dict[str, pd.DataFrame] | None:
    """Return the tables of the edition in use, as an audience has them; None without one of this plan to read.

    Where it is read in an earlier month than another edition was, it lacks the exception reports of the months since:
    they come from that other one, so that an open report is never lost.
    """
    before = current_edition(editions)
    try:
        if before is None or another_plan(local.plan, manifest := read_manifest(editions, before)):
            return None
        tables = read_tables(editions, before, audience)
    except EditionError:
        return None
    own = [one for one in list_editions(editions) if not another_plan(local.plan, one)]
    for other in sorted(own, key=lambda one: (one.as_of, one.published_at), reverse=True):
        if other.as_of <= manifest.as_of:
            break
        try:
            later = read_tables(editions, other.edition_id, audience)["exceptions"]
        except EditionError:
            continue
        both = pd.concat([tables["exceptions"], later])
        return {**tables, "exceptions": both.drop_duplicates("exception_id", ignore_index=True)}
    return tables


def refuse_rewriting(local: LocalPlan, editions: Path) -> None:
    """Raise DocumentError where the plan folder no longer holds what the edition in use had published of this plan.

    Another plan is not held against it; nor an edition that cannot be read.
    """
    before = current_edition(editions)
    if before is None:
        return
    try:
        manifest, published = read_manifest(editions, before), read_tables(editions, before)
    except EditionError:
        return
    if another_plan(local.plan, manifest):
        return
    faults = clock_rewritten(local.plan, manifest) or rewritten(
        local.plan, local.scorecard, local.amendments, published, manifest.as_of
    )
    if faults:
        raise DocumentError(f"The plan contradicts edition {before}:\n" + "\n".join(faults))


def as_published(editions: Path, digest: str, board_digest: str) -> Manifest | None:
    """Return the manifest of the edition in use where it holds these very figures, and is whole."""
    before = current_edition(editions)
    try:
        manifest = read_manifest(editions, before) if before else None
    except EditionError:  # publishing is what mends it
        return None
    same = manifest is not None and manifest.same_content(digest, board_digest)
    return manifest if same and not edition_fault(editions, str(before)) else None
