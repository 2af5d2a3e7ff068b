"""Positions of the parts of a chart."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import charts
from dashboard.charts import Bar, BarChart, LineChart, Point, Series, Tick

SHARES = st.floats(0, 1)
ENDS = (charts.Drawing().left, charts.Drawing().right)


def point(x: float, y: float, low: float | None = None, high: float | None = None) -> Point:
    return Point(x=x, y=y, x_text=f"{x}", y_text=f"{y}", low=low, high=high)


def lines(*series: Series, goal: Tick | None = None) -> LineChart:
    return LineChart(
        title="Mastery",
        description="",
        x_label="Answer",
        y_label="Mastery",
        series=series,
        x_ticks=[],
        y_ticks=[Tick(value=0.0, text="0 %"), Tick(value=1.0, text="100 %")],
        goal=goal,
    )


def bars(*values: float) -> BarChart:
    shown = [
        Bar(label=f"day {i}", value=value, text=f"{value:g}") for i, value in enumerate(values)
    ]
    return BarChart(title="Answers", description="", x_label="Day", y_label="", bars=shown)


def numbers(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path)]


def test_a_line_spans_the_chart_and_rises():
    [line] = charts.draw_lines(lines(Series(label="a", points=[point(1, 0), point(3, 1)]))).lines

    assert numbers(line.path) == [(62.0, 266.0), (624.0, 16.0)]
    assert len(line.dots) == 2


@given(st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(-2, 3)), max_size=60))
def test_no_line_leaves_the_chart(values: list[tuple[float, float]]):
    series = Series(label="a", points=[point(x, y) for x, y in sorted(values)])

    [line] = charts.draw_lines(lines(series)).lines

    for x, y in numbers(line.path):
        assert ENDS[0] <= x <= ENDS[1]
        assert 16.0 <= y <= 266.0


def test_a_single_answer_is_a_dot_and_no_line():
    [line] = charts.draw_lines(lines(Series(label="a", points=[point(5, 0.5)]))).lines

    assert line.path == ""
    assert len(line.dots) == 1


def test_a_long_line_has_dots_only_at_its_ends():
    series = Series(label="a", points=[point(x, 0.5) for x in range(200)])

    [line] = charts.draw_lines(lines(series)).lines

    assert len(line.dots) == 2


def test_a_band_is_drawn_between_its_bounds():
    series = Series(label="a", points=[point(1, 0.5, low=0, high=1), point(2, 0.5, low=0, high=1)])

    [line] = charts.draw_lines(lines(series)).lines

    assert [y for _, y in numbers(line.band)] == [16.0, 16.0, 266.0, 266.0]


def test_at_most_six_lines_are_drawn_each_with_its_own_shape():
    series = [Series(label=f"{i}", points=[point(1, 0.5)]) for i in range(8)]

    drawn = charts.draw_lines(lines(*series)).lines

    assert len({line.sample for line in drawn}) == len(drawn) == 6


def test_an_empty_chart_has_only_axes():
    drawing = charts.draw_lines(lines(goal=Tick(value=0.5, text="half")))

    assert drawing.lines == []
    assert drawing.goal == 141.0
    assert charts.draw_bars(bars()).bars == []


@given(st.lists(st.floats(0, 1e12), min_size=1, max_size=92))
def test_bars_stand_on_the_axis_within_the_chart(values: list[float]):
    drawing = charts.draw_bars(bars(*values))

    for bar in drawing.bars:
        assert bar.y + bar.height == pytest.approx(drawing.bottom)
        assert bar.height >= 0
        assert drawing.left <= bar.x <= drawing.right
    assert 1 <= len(drawing.x_labels) <= 6


@given(st.floats(0, 1e12))
def test_the_axis_reaches_the_highest_bar_and_not_much_further(highest: float):
    top = charts.nice_top(highest)

    assert highest <= top <= max(2.0, 2 * highest)


@pytest.mark.parametrize(
    ("value", "shade"), [(0.0, 0), (0.39, 0), (0.4, 1), (0.6, 2), (0.8, 3), (0.949, 3), (0.95, 4)]
)
def test_a_cell_is_shaded_by_mastery(value: float, shade: int):
    assert charts.shade(value) == shade


def test_labels_are_few_and_evenly_spaced():
    assert charts.spaced(0, 10, 3) == [0, 5, 10]
    assert charts.spaced(4, 4) == [4]
    assert charts.whole_steps(20) == [1, 5, 9, 13, 17]
    assert charts.whole_steps(1) == [1]
