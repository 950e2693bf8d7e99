"""Where a chart's points, bands and words stand."""

import pytest

from cxweb.web.admin.charts import ALL_STARS, MOST_DOTS, NARROW, PROMOTERS, STARS, WIDE, Scale, Value, line, whisker


def values(*figures: float | None, width: float = 0.1) -> list[Value]:
    """One value a figure, each with an interval of this width to both sides; none where it is 0."""
    return [
        Value(
            f"t{place}",
            f"name {place}",
            20,
            figure,
            figure - width if width and figure is not None else None,
            figure + width if width and figure is not None else None,
        )
        for place, figure in enumerate(figures)
    ]


@pytest.mark.parametrize("figures", [(), (4.5,), (None, 4.5, None), (None, None)])
def test_fewer_than_two_figures_are_no_chart(figures: tuple[float | None, ...]) -> None:
    assert line(values(*figures), STARS) is None


@pytest.mark.parametrize(
    ("scale", "figures", "past", "grid"),
    [
        (STARS, (4.6, 4.7), None, [4.0, 4.5, 5.0]),
        (STARS, (3.7, 4.7), None, [3.5, 4.0, 4.5, 5.0]),
        (STARS, (1.2, 4.7), None, [1, 2, 3, 4, 5]),
        (STARS, (4.9, 4.9), 3.2, [3.0, 3.5, 4.0, 4.5, 5.0]),
        (STARS, (4.95, 5.0), None, [4.0, 4.5, 5.0]),
        (ALL_STARS, (4.6, 4.7), None, [1, 2, 3, 4, 5]),
        (PROMOTERS, (54, 48), None, [0, 20, 40, 60]),
        (PROMOTERS, (-30, 60), None, [-50, -25, 0, 25, 50, 75]),
        (PROMOTERS, (-99, 99), None, [-100, -50, 0, 50, 100]),
        (PROMOTERS, (0, 0), None, [-10, 0, 10]),
    ],
)
def test_the_scale_holds_every_figure_and_what_belongs_on_it(
    scale: Scale, figures: tuple[float, ...], past: float | None, grid: list[float]
) -> None:
    chart = line(values(*figures), scale, past)
    assert chart is not None
    assert [value for value, _y in chart.drawings[0].grid] == grid
    assert chart.bottom == grid[0]


def test_points_go_from_left_to_right_and_better_figures_stand_higher() -> None:
    chart = line(values(4.0, 4.5, 5.0), STARS)
    assert chart is not None
    for drawing, frame in zip(chart.drawings, (WIDE, NARROW), strict=True):
        xs, ys = [dot.x for dot in drawing.dots], [dot.y for dot in drawing.dots]
        assert xs == sorted(xs)
        assert (xs[0], xs[-1]) == (frame.left, frame.width - frame.right)
        assert ys == sorted(ys, reverse=True)
        assert ys[-1] == frame.top


def test_no_data_is_a_gap_in_line_and_band_and_a_lone_figure_has_a_bar() -> None:
    chart = line(values(4.0, 4.2, None, 4.4, None, 4.5, 4.6), STARS)
    assert chart is not None
    drawing = chart.drawings[0]
    assert [points.count(",") for points in drawing.lines] == [2, 2]
    assert [points.count(",") for points in drawing.bands] == [4, 4]
    assert len(drawing.bars) == 1
    assert len(drawing.dots) == 5
    high, low = drawing.bars[0][1:]
    assert high < drawing.dots[2].y < low


def test_figures_of_few_answers_have_a_line_and_no_band() -> None:
    chart = line(values(4.0, 4.2, width=0), STARS)
    assert chart is not None
    assert len(chart.drawings[0].lines) == 1
    assert [*chart.drawings[0].bands, *chart.drawings[0].bars] == []


def test_many_points_are_a_line_and_few_ticks() -> None:
    chart = line([*values(*[4.0] * 200), *values(None, 4.1)], STARS)
    assert chart is not None
    for drawing in chart.drawings:
        assert len(drawing.dots) == 1 < MOST_DOTS
        assert len(drawing.ticks) <= drawing.frame.most_ticks


def test_the_lowest_and_the_last_figure_are_written_and_do_not_cover_each_other() -> None:
    chart = line(values(4.5, 3.9, 4.6, 4.7), STARS, past=4.7)
    assert chart is not None
    wide = chart.drawings[0]
    assert [mark.value.value for mark in wide.marks] == [3.9, 4.7]
    assert wide.past_y == wide.dots[-1].y
    assert abs(wide.past_text_y - wide.marks[-1].y) >= 16
    lowest_last = line(values(4.7, 4.6, 4.5, 3.9), STARS)
    assert lowest_last is not None
    assert [mark.value.value for mark in lowest_last.drawings[0].marks] == [3.9]


def test_a_whisker_lies_on_its_scale() -> None:
    drawn = whisker(4.0, 2.5, 5.0, (3, 5))
    assert drawn is not None
    assert (drawn.low_x, drawn.x, drawn.high_x) == (6.0, 60.0, 114.0)
    assert whisker(4.0, None, None, (3, 5)) is None
