"""The door: any `date,value` file, whatever wrote it; and what it says when the file is wrong."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import UsageError
from metrics.signals_csv import signals_of_csv

MONTHS = [f"2023-{month:02}" for month in range(1, 13)] + ["2024-01", "2024-02"]
VALUES = ["12", "10"] * 7  # limits 11 ± 5.32


@pytest.fixture
def written(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "series.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def table(dates=MONTHS, values=VALUES, heading="date,value"):
    return "\n".join([heading, *(f"{day},{value}" for day, value in zip(dates, values, strict=True))]) + "\n"


def test_the_answer_holds_what_the_door_promises(written):
    answer = signals_of_csv(written(table()), target=5)
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    assert (answer["file"], answer["rules"], answer["better"], answer["step"]) == (
        "series.csv",
        "mdc-2023",
        "higher",
        "month",
    )
    assert [answer["mean"], answer["lower"], answer["upper"]] == pytest.approx([11, 5.68, 16.32])
    assert (answer["variation"], answer["assurance"], answer["target"]) == ("common_cause", "consistent_pass", 5)
    assert answer["points"][0] == {
        "date": "2023-01-01",
        "value": 12.0,
        "group": 0,
        "mean": 11.0,
        "lower": pytest.approx(5.68),
        "upper": pytest.approx(16.32),
        "target": 5.0,
        "signal": "Common Cause",
        "kind": "none",
        "direction": 0,
        "meaning": "common_cause",
        "assurance": "consistent_pass",
        "all_signals": [],
        "conflict": False,
    }
    group = answer["groups"][0]
    assert (group["from"], group["to"], group["points"], group["short"]) == ("2023-01-01", "2024-02-01", 14, False)


@pytest.mark.parametrize(
    "dates",
    [
        [f"{day}-01" for day in MONTHS],
        [f"{day}-01T00:00:00" for day in MONTHS],
        [f"{day}-01 00:00:00.000" for day in MONTHS],
        [f"01/{day[5:]}/{day[:4]}" for day in MONTHS],
        [day.replace("-", "/") + "/01" for day in MONTHS],
        ["Jan 2023", "Feb 2023", "March 2023", "Apr-23", "May-23", *MONTHS[5:]],
    ],
)
def test_dates_as_people_and_programs_write_them(written, dates):
    answer = signals_of_csv(written(table(dates)))
    assert [point["date"] for point in answer["points"]] == [f"{day}-01" for day in MONTHS]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + table(),
        table().replace("\n", "\r\n"),
        table(heading=" Date , VALUE "),
        table().replace(",", ";"),
        table().replace(",", "\t"),
        table() + "\n\n",
        "\n".join([table().splitlines()[0], *reversed(table().splitlines()[1:])]),
        "\n".join(f"{line.split(',')[1]},{line.split(',')[0]},note" for line in table().splitlines()),
        "\n".join(line + ",," for line in table().splitlines()),
        table(values=[f'"{value}"' for value in VALUES]),
    ],
    ids=["bom", "crlf", "heading", "semicolon", "tab", "blank", "unsorted", "order", "trailing", "quoted"],
)
def test_what_does_not_matter_does_not_matter(written, text):
    expected = signals_of_csv(written(table()))
    assert signals_of_csv(written(text)) == expected


@pytest.mark.parametrize("blank", ["", " ", "NA", "n/a", "NaN", "null"])
def test_an_empty_value_and_an_absent_row_are_the_same_gap(written, blank):
    values = [*VALUES[:5], blank, *VALUES[6:]]
    empty = signals_of_csv(written(table(values=values)))
    absent = signals_of_csv(written(table(MONTHS[:5] + MONTHS[6:], VALUES[:5] + VALUES[6:])))
    assert empty == absent
    assert empty["gaps"] == ["2023-06-01"]
    assert empty["points"][5]["kind"] == "gap"
    assert empty["points"][5]["value"] is None
    assert "There is no figure for June 2023; runs of figures are not counted across a gap." in empty["sentences"]


@pytest.mark.parametrize("yes", ["1", "1.0", "true", "TRUE", "Yes", "y", "x", "rebase", "t"])
@pytest.mark.parametrize("no", ["", "0", "false", "No", "NA", "0.0"])
def test_rebase_marks(written, yes, no):
    marks = [no] * 7 + [yes] + [no] * 6
    values = [f"{value},{mark}" for value, mark in zip(VALUES, marks, strict=True)]
    answer = signals_of_csv(written(table(values=values, heading="date,value,rebase")), rules="ptd-0.2.2")
    assert [point["group"] for point in answer["points"]] == [0] * 7 + [1] * 7
    assert answer["rebases"] == [{"asked": "2023-08-01", "takes_effect": "2023-08-01", "reason": "none was recorded"}]
    assert answer["notes"] == ["The usual range was set anew from August 2023. Reason: none was recorded."]


def test_a_rebase_on_an_empty_month_moves_to_the_next_figure_and_keeps_its_reason(written):
    rows = [f"{value}," for value in VALUES]
    rows[7] = ",new referral form"
    answer = signals_of_csv(written(table(values=rows, heading="date,value,rebase")), rules="ptd-0.2.2")
    assert [group["from"] for group in answer["groups"]] == ["2023-01-01", "2023-09-01"]
    assert answer["notes"] == [
        "The usual range was set anew from September 2023, the first figure on or after 1 August 2023. "
        "Reason: new referral form."
    ]


def test_a_target_column_is_the_path_and_a_constant_takes_its_place(written):
    path = written(
        table(
            values=[f"{value},{aim}" for value, aim in zip(VALUES, range(5, 19), strict=True)],
            heading="date,value,target",
        )
    )
    assert signals_of_csv(path)["assurance"] == "consistent_fail"
    assert signals_of_csv(path)["points"][0]["assurance"] == "consistent_pass"
    assert {point["target"] for point in signals_of_csv(path, target=5)["points"]} == {5.0}


def test_the_two_rule_sets_and_directions_reach_the_chart(written):
    path = written(table([*MONTHS, "2024-03"], [*VALUES, "30"]))
    assert signals_of_csv(path)["variation"] == "special_cause_improvement"
    assert signals_of_csv(path, better="lower")["variation"] == "special_cause_concern"
    assert signals_of_csv(path, better="neither")["variation"] == "special_cause_neutral_high"
    # Ranges: thirteen of 2 and one of 20; mean 46 / 14, cut at 10.7, so the package leaves the 20 out.
    assert signals_of_csv(path, rules="ptd-0.2.2")["upper"] == pytest.approx(184 / 15 + 5.32)
    assert signals_of_csv(path, rules="ptd-0.2.2", screens_ranges=False)["upper"] == pytest.approx(
        184 / 15 + 2.66 * 46 / 14
    )
    assert signals_of_csv(path, fix_after=14)["upper"] == pytest.approx(16.32)


def test_irregular_dates_are_read_and_told(written):
    answer = signals_of_csv(written("date,value\n2024-01-01,1\n2024-01-03,2\n2024-01-06,4\n"), rules="ptd-0.2.2")
    assert len(answer["points"]) == 3
    assert answer["notes"] == [
        "The dates follow no regular step, so an absent date cannot be told from one that was never due."
    ]


def test_a_file_without_any_value_is_no_error(written):
    answer = signals_of_csv(written("date,value\n2024-01,\n2024-02,\n"))
    assert (answer["mean"], answer["variation"], answer["sentences"][0]) == (None, None, "There is no figure yet.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "date,value\n2024-01,1\n2024-13,2\n",
            'series.csv, row 3, column "date": no date we can read. Write 2024-05-31, 2024-05 or 31/05/2024.',
        ),
        (
            "date,value\n2024-01,1\n,2\n",
            'series.csv, row 3, column "date": no date we can read. Write 2024-05-31, 2024-05 or 31/05/2024.',
        ),
        (
            "date,value\n2024-01,one\n\n2024-02,1 2\n",
            'series.csv, 2 rows (2, 4), column "value": not a number. '
            "Write 1063 or 36.5, and leave the cell empty where there is no figure.",
        ),
        (
            "date,value\n2024-01,1\n2024-02,2\n2024-01-01,3\n",
            'series.csv, 2 rows (2, 4), column "date": the same date as another row. Keep one row per date.',
        ),
        (
            "date,value\n2024-01,1,063\n",
            'series.csv, row 2, column "value": more cells than the first row. '
            "Put text or numbers with commas in quotation marks.",
        ),
        (
            "date,value,target\n2024-01,1,high\n",
            'series.csv, row 2, column "target": not a number. '
            "Write 1063 or 36.5, and leave the cell empty where there is no figure.",
        ),
        ("month,value\n2024-01,1\n", 'series.csv, row 1: no column "date". The first row must name each column once.'),
        ("", 'series.csv, row 1: no column "date". The first row must name each column once.'),
        (
            "date,value,value\n2024-01,1,2\n",
            'series.csv, row 1: more than one column "value". The first row must name each column once.',
        ),
        ("date,value\n", "series.csv has no row with a date. Write one row per date below the headings."),
        ('date,value\n2024-01,"1\n', "series.csv is not plain CSV. Save it as CSV UTF-8."),
    ],
)
def test_a_wrong_file_is_told_by_row_and_column(written, text, message):
    with pytest.raises(UsageError) as caught:
        signals_of_csv(written(text))
    assert str(caught.value) == message


def test_all_faults_come_together_and_long_lists_are_cut(written):
    rows = "".join(f"2024-{month:02},secret\n" for month in range(1, 8)) + "soon,1\n"
    with pytest.raises(UsageError) as caught:
        signals_of_csv(written("date,value\n" + rows))
    first, second = str(caught.value).splitlines()
    assert first.startswith('series.csv, 7 rows (2, 3, 4, 5, 6 …), column "value": not a number.')
    assert second.startswith('series.csv, row 9, column "date": no date we can read.')
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("number", ["inf", "-inf", "1e999", "1_000", "36.5%", "1,5", "٣", "0x10", "--1"])
def test_what_only_looks_like_a_number_is_refused(written, number):
    with pytest.raises(UsageError, match="not a number"):
        signals_of_csv(written(f'date,value\n2024-01,"{number}"\n'))


def test_wrong_options_and_files_that_are_not_there(written, tmp_path):
    path = written(table())
    for options, message in (
        ({"rules": "nelson"}, "There is no rule set of that name. Use one of: mdc-2023, ptd-0.2.2."),
        ({"better": "up"}, "Which way is better must be one of: higher, lower, neither."),
        ({"target": math.inf}, "The target must be a finite number."),
        ({"fix_after": 3}, "Limits can be fixed after 12 points or more, not fewer."),
    ):
        with pytest.raises(UsageError) as caught:
            signals_of_csv(path, **options)
        assert str(caught.value) == message
    for place in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(UsageError, match="cannot be opened. Check the path."):
            signals_of_csv(place)
    with pytest.raises(UsageError, match="is not plain CSV. Save it as CSV UTF-8."):
        signals_of_csv(written(table(), encoding="utf-16"))


def outcome(path, text):
    """Return the answer as JSON text, or the one sentence the user sees; anything else is a fault."""
    path.write_bytes(text)
    try:
        return json.dumps(signals_of_csv(path), allow_nan=False)
    except UsageError as error:
        return str(error)


@settings(deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_give_an_answer_or_one_sentence(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "series.csv"
    assert outcome(path, b"date,value,rebase,target\n" + content).startswith(("{", "series.csv"))


@settings(deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from([*MONTHS, "2024-01-02", "x"]), st.sampled_from(["", "1", "2e3", "-0", "y"])),
        max_size=9,
        unique_by=lambda row: row[0],
    )
)
def test_any_rows_give_an_answer_or_one_sentence(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("any") / "series.csv"
    text = "date,value\n" + "".join(f"{day},{value}\n" for day, value in rows)
    assert outcome(path, text.encode()).startswith(("{", "series.csv"))
