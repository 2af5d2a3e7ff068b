"""The topics of the demo school that an app tracks, with their questions."""

from __future__ import annotations

from dataclasses import dataclass

from config.demo.curriculum import MATH, READING, Question


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A skill whose answers an app reports through answer tracking; the easiest question first."""

    code: str
    title: str
    section: str
    questions: list[Question]

    @property
    def items(self) -> int:
        """The number of its questions."""
        return len(self.questions)


TOPICS = [
    Topic(
        code="algebra_linear",
        title="Linear functions",
        section=MATH,
        questions=[
            Question("y = x + 4. What is y for x = 1?", "5", ("4", "14", "−3")),
            Question("y = 3x. What is y for x = 4?", "12", ("7", "34", "1")),
            Question("y = 2x + 1. What is y for x = 3?", "7", ("9", "6", "24")),
            Question("What is the slope of y = 5x − 2?", "5", ("−2", "5x", "3")),
            Question("Where does y = 2x + 6 cross the y-axis?", "6", ("2", "−3", "3")),
            Question("y = 4 − x. What is y for x = −2?", "6", ("2", "−6", "−2")),
            Question("Where does y = 2x − 8 cross the x-axis?", "4", ("−8", "−4", "8")),
            Question("Slope of the line through (1, 2) and (3, 8)", "3", ("6", "1/3", "2")),
            Question(
                "A line has slope −2 through (0, 5). y = ?",
                "−2x + 5", ("5x − 2", "2x + 5", "−2x"),
            ),
            Question("Which slope is at right angles to y = 2x?", "−1/2", ("−2", "1/2", "2")),
        ],
    ),
    Topic(
        code="percentages",
        title="Percentages",
        section=MATH,
        questions=[
            Question("50 % of 80", "40", ("50", "30", "4")),
            Question("10 % of 250", "25", ("10", "2.5", "240")),
            Question("25 % of 60", "15", ("25", "35", "12")),
            Question("What percentage is 3 of 4?", "75 %", ("34 %", "0.75 %", "25 %")),
            Question("20 % of 35", "7", ("20", "15", "70")),
            Question("40 rises by 10 %. What is it now?", "44", ("50", "4", "41")),
            Question("90 falls by a third. Fall in per cent?", "33.3 %", ("30 %", "60 %", "3 %")),
            Question("12 is 15 % of which number?", "80", ("1.8", "180", "27")),
            Question("After 20 % off it costs 48. Before?", "60", ("57.6", "68", "38.4")),
            Question("Up 10 %, then down 10 %. In all?", "−1 %", ("0 %", "+1 %", "20 %")),
        ],
    ),
    Topic(
        code="main_idea",
        title="Finding the main idea",
        section=READING,
        questions=[
            Question(
                "Bees carry pollen. So plants bear fruit. Main idea?",
                "bees help plants", ("bees fly", "fruit is sweet", "plants grow"),
            ),
            Question(
                "Rain fills rivers, and rivers fill the sea. Main idea?",
                "where water goes", ("rain", "rivers are long", "the sea"),
            ),
            Question(
                "Lena trained all year, and then she won. Main idea?",
                "practice pays", ("Lena won", "a year", "sport is fun"),
            ),
            Question(
                "Owls hear well. In the dark that is how they hunt.",
                "hearing helps owls hunt", ("owls", "it is dark", "owls hear well"),
            ),
            Question(
                "Towns plant trees: shade cools the streets.",
                "trees cool towns", ("towns are hot", "trees are green", "shade"),
            ),
            Question(
                "Salt kept meat for months before there was ice.",
                "salt preserved food", ("meat is salty", "ice is cold", "months"),
            ),
            Question(
                "The map was old, yet sailors trusted it, and sank.",
                "wrong trust is dangerous", ("old maps", "sailors sank", "ships"),
            ),
            Question(
                "Many read the news; few check where it is from.",
                "sources are rarely checked", ("many read news", "news", "few read"),
            ),
            Question(
                "Cheap light let people read at night, and learn.",
                "light spread learning", ("light is cheap", "night", "people read"),
            ),
            Question(
                "He praised the plan so warmly that all doubted it.",
                "too much praise raises doubt", ("the plan is good", "praise", "all doubted"),
            ),
        ],
    ),
    Topic(
        code="punctuation",
        title="Punctuation",
        section=READING,
        questions=[
            Question("What ends a question?", "?", (".", "!", ",")),
            Question("Where is your book__", "?", (".", "!", ",")),
            Question("Stop__ You will fall!", "!", (",", ".", "?")),
            Question("We need milk__ bread and eggs.", ",", (";", ".", "none")),
            Question("This is Anna__s bag.", "'", ("none", ",", "s'")),
            Question("The two dogs__ bowls were empty.", "s'", ("'s", "none", ",")),
            Question("She said__ “Come in.”", ",", ("none", ":", ";")),
            Question("Bring three things__ a pen, a cup, a hat.", ":", (",", ";", "none")),
            Question("It was late__ we went home.", ";", (",", "none", ":")),
            Question("The dog wagged it__ tail.", "s", ("'s", "s'", "none")),
        ],
    ),
]  # fmt: skip
