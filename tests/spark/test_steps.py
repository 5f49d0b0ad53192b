"""A `WITH` taken apart: the steps one after another are the whole."""

import pytest

from etl.engine_duckdb import connect
from etl.spark_steps import Step, steps_of, tables_of
from metrics.clocks import load_clocks, select_clocks
from metrics.splits import asked_cohorts, asked_splits
from metrics.warehouse_facts import select_clock_cells, select_cohorts, select_fact

ODD = """
-- a remark with ( and 'quote
WITH one AS (
    SELECT 1 AS n, ')' AS "a (b" -- another )
    UNION ALL SELECT 2, '('
), "two" AS (SELECT n, (SELECT MAX(n) FROM one) AS top FROM one)
SELECT a.n, a.top, b."a (b" FROM two AS a JOIN one AS b ON a.n = b.n ORDER BY a.n
"""
FACTS = {
    "clock_counts": select_clock_cells(asked_splits()),
    "cohort_counts": select_cohorts(asked_cohorts()),
    "observed": select_fact("observed").format(clocks=select_clocks(load_clocks())),
    **{name: select_fact(name) for name in ("answer_counts", "feeds", "measure_values", "questions", "waves")},
}


def test_brackets_in_words_names_and_remarks_are_no_brackets() -> None:
    steps, last = steps_of(ODD)
    assert [(step.name, step.mentions) for step in steps] == [("one", 3), ("two", 1)]
    connection = connect(None, read_only=False)
    for step in steps:
        connection.execute(f'CREATE TABLE "{step.name}" AS {step.select}')
    assert connection.execute(last).fetchall() == [(1, 2, ")"), (2, 2, "(")]


@pytest.mark.parametrize("name", sorted(FACTS))
def test_every_fact_comes_apart_into_selects(name: str) -> None:
    steps, last = steps_of(FACTS[name])
    assert len(steps) == FACTS[name].count(" AS (\n")
    assert all(step.select.strip().upper().startswith(("SELECT", "WITH")) for step in steps)
    assert last.strip().upper().startswith("SELECT")
    assert {step.name for step in steps} <= tables_of(FACTS[name])


def test_without_a_with_there_is_one_select() -> None:
    assert steps_of("SELECT 1 AS n FROM a WHERE b IN (SELECT b FROM c)")[0] == []
    assert tables_of('SELECT 1 FROM a JOIN "b" ON x WHERE y IN (SELECT y FROM c) -- FROM d') == {"a", "b", "c"}
    assert steps_of("WITH a AS (SELECT 1 AS n) SELECT n FROM a")[0] == [Step("a", "SELECT 1 AS n", 1)]


def test_a_bracket_that_stays_open_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not close"):
        steps_of("WITH a AS (SELECT (1 AS n) SELECT n FROM a")
