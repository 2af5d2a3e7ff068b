"""The curriculum of the demo school: exercises and study sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

MATH, READING = "math", "rw"
CHANNEL = "Numbers and words"
VIDEO = "What is a fraction?"
M_OF_N: dict[str, object] = {"type": "m_of_n", "m": 3, "n": 5}
IN_A_ROW: dict[str, object] = {"type": "num_correct_in_a_row_3"}
HARDEST = 0.8  # difficulty of the hardest question in log odds; the easiest has -0.8


class Question(NamedTuple):
    """One question with its right answer and its wrong answers, the most frequent one first."""

    text: str
    right: str
    wrong: tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """An exercise with its mastery model and its questions, the easiest first."""

    title: str
    section: str
    model: dict[str, object]
    questions: list[Question]
    code: str = ""

    @property
    def content_id(self) -> UUID:
        """The content id of its sessions."""
        return key_of(self.title)


@dataclass(frozen=True, kw_only=True)
class Cards:
    """A study set, as pairs of question and right answer."""

    name: str
    pairs: list[tuple[str, str]]


def key_of(title: str) -> UUID:
    """Return the id of a content by its title; it is the same in every demo school."""
    return uuid5(NAMESPACE_URL, f"learntrace:demo:{title}")


def hardness(place: int, count: int) -> float:
    """Return a question's difficulty in log odds; each list of questions goes from easy to hard.

    `place` counts from 0, and 0 log odds is an average question.
    """
    return HARDEST * (2 * place / (count - 1) - 1)


FRACTIONS = Exercise(
    title="Adding fractions",
    section=MATH,
    model=M_OF_N,
    questions=[
        Question("1/4 + 2/4", "3/4", ("3/8", "2/4", "1")),
        Question("1/2 + 1/2", "1", ("2/4", "1/4", "1/2")),
        Question("1/2 + 1/4", "3/4", ("2/6", "1/6", "2/4")),
        Question("1/3 + 1/6", "1/2", ("2/9", "2/6", "1/9")),
        Question("2/3 + 1/4", "11/12", ("3/7", "3/12", "5/6")),
        Question("3/4 + 1/3", "13/12", ("4/7", "4/12", "1")),
        Question("2/5 + 3/10", "7/10", ("5/15", "5/10", "6/15")),
        Question("5/6 + 3/8", "29/24", ("8/14", "8/24", "1")),
    ],
)
DECIMALS = Exercise(
    title="Comparing decimals",
    section=MATH,
    model=IN_A_ROW,
    questions=[
        Question("The larger of 0.3 and 0.7", "0.7", ("0.3", "both", "neither")),
        Question("The larger of 1.2 and 0.9", "1.2", ("0.9", "both", "neither")),
        Question("The larger of 0.5 and 0.25", "0.5", ("0.25", "both", "neither")),
        Question("The larger of 0.8 and 0.75", "0.8", ("0.75", "both", "neither")),
        Question("The larger of 0.09 and 0.1", "0.1", ("0.09", "both", "neither")),
        Question("The smaller of 0.40 and 0.4", "both", ("0.4", "0.40", "neither")),
        Question("The smaller of 0.205 and 0.25", "0.205", ("0.25", "both", "neither")),
        Question("The smaller of 1.011 and 1.1", "1.011", ("1.1", "both", "neither")),
    ],
)
EQUATIONS = Exercise(
    title="Linear equations",
    section=MATH,
    model=M_OF_N,
    questions=[
        Question("x + 3 = 7", "x = 4", ("x = 10", "x = 3", "x = −4")),
        Question("2x = 12", "x = 6", ("x = 10", "x = 24", "x = 12")),
        Question("3x + 1 = 10", "x = 3", ("x = 9", "x = 11/3", "x = 4")),
        Question("5 − x = 2", "x = 3", ("x = −3", "x = 7", "x = 2")),
        Question("x/4 = 3", "x = 12", ("x = 3/4", "x = 7", "x = 1")),
        Question("2(x + 1) = 8", "x = 3", ("x = 3.5", "x = 4", "x = 7")),
        Question("4x − 3 = 2x + 5", "x = 4", ("x = 1", "x = 2", "x = 8")),
        Question("3(x − 2) = x + 4", "x = 5", ("x = 3", "x = 1", "x = 6")),
    ],
)
COMMAS = Exercise(
    title="Commas",
    section=READING,
    model=M_OF_N,
    questions=[
        Question("I bought pens paper and glue", "pens, paper", ("none", "paper, and", "bought,")),
        Question("Yes we can", "Yes, we", ("none", "we, can", "Yes we,")),
        Question("After lunch we slept", "lunch, we", ("none", "After, lunch", "we, slept")),
        Question("My brother Sam is tall", "none", ("Sam, is", "brother, Sam", "is, tall")),
        Question("It rained so we left", "rained, so", ("none", "so, we", "It, rained")),
        Question("The man who called left", "none", ("called, left", "man, who", "The, man")),
        Question("Paris the capital is big", "Paris, … capital,", ("capital,", "none", "Paris,")),
        Question("However hard it is try", "is, try", ("However,", "none", "hard, it")),
    ],
)
EXERCISES = [FRACTIONS, DECIMALS, EQUATIONS, COMMAS]
CARDS = [
    Cards(
        name="Capitals of Europe",
        pairs=[
            ("France", "Paris"), ("Spain", "Madrid"), ("Italy", "Rome"), ("Portugal", "Lisbon"),
            ("Poland", "Warsaw"), ("Greece", "Athens"), ("Norway", "Oslo"), ("Hungary", "Budapest"),
            ("Latvia", "Riga"), ("Slovenia", "Ljubljana"), ("Albania", "Tirana"),
            ("Moldova", "Chișinău"),
        ],
    ),
    Cards(
        name="Spanish at the market",
        pairs=[
            ("bread", "el pan"), ("milk", "la leche"), ("apple", "la manzana"), ("egg", "el huevo"),
            ("cheese", "el queso"), ("fish", "el pescado"), ("rice", "el arroz"),
            ("pear", "la pera"), ("garlic", "el ajo"), ("plum", "la ciruela"),
            ("leek", "el puerro"), ("quince", "el membrillo"),
        ],
    ),
]  # fmt: skip
