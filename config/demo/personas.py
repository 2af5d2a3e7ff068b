"""The learners of the demo school, at least one for every kind of progress a coach may see."""

from __future__ import annotations

from config.demo.curriculum import COMMAS, EQUATIONS
from config.demo.learning_curves import Course
from config.demo.simulated_learner import AnswerStyle, Persona, Rhythm

CLASS_A, CLASS_B = "Class 7A", "Class 7B"
LEARNERS = [
    Persona(
        username="ada", full_name="Ada Moreno", external_id="student_123", classroom=CLASS_A,
        usual=Course.FAST, hour=8,
    ),
    Persona(
        username="ben", full_name="Ben Okafor", external_id="1185304", classroom=CLASS_A,
        courses={"algebra_linear": Course.SLOW}, hour=16,
    ),
    Persona(
        username="chen", full_name="Chen Li", external_id="student_125", classroom=CLASS_A,
        usual=Course.HALTED, courses={COMMAS.title: Course.STEADY, "punctuation": Course.STEADY},
    ),
    Persona(
        username="dina", full_name="Dina Haddad", external_id="student_126", classroom=CLASS_A,
        usual=Course.SLOW, answer_style=AnswerStyle.CAREFUL, hour=17,
    ),
    Persona(
        username="emil", full_name="Emil Novak", external_id="student_127", classroom=CLASS_B,
        usual=Course.HALTED, courses={EQUATIONS.title: Course.LOW, "algebra_linear": Course.LOW},
    ),
    Persona(
        username="fatima", full_name="Fatima Bello", external_id="student_128", classroom=CLASS_B,
        usual=Course.MASTERED, hour=7,
    ),
    Persona(
        username="grace", full_name="Grace Mensah", external_id="student_129", classroom=CLASS_A,
        usual=Course.FAST, hour=18,
    ),
    Persona(
        username="hugo", full_name="Hugo Weber", external_id="student_130", classroom=CLASS_A,
        usual=Course.FAST, answer_style=AnswerStyle.OVERCONFIDENT, hour=14,
    ),
    Persona(
        username="ines", full_name="Inês Costa", external_id="student_131", classroom=CLASS_A,
        usual=Course.MASTERED, slump=11, hour=21,
    ),
    Persona(
        username="jonas", full_name="Jonas Kaya", external_id="student_132", classroom=CLASS_A,
        rhythm=Rhythm.STOPPED, usual=Course.FAST,
    ),
    Persona(
        username="kofi", full_name="Kofi Mensah", external_id="student_133", classroom=CLASS_A,
        rhythm=Rhythm.IRREGULAR, usual=Course.FAST, hour=20,
    ),
    Persona(
        username="lena", full_name="Lena Jansen", external_id="student_134", classroom=CLASS_A,
        usual=Course.LOW, answer_style=AnswerStyle.GUESSING, studies=False, hour=22,
    ),
    Persona(
        username="mei", full_name="美 Itō", external_id="student_135", classroom=CLASS_A,
        usual=Course.FAST, answer_style=AnswerStyle.CAREFUL, hour=9,
    ),
    Persona(
        username="noor", full_name="نور الأمين", external_id="student_136", classroom=CLASS_A,
        usual=Course.SPINNING, rhythm=Rhythm.NEW, hour=15,
    ),
    Persona(
        username="omar", full_name="Omar Silva", external_id="student_137", classroom=CLASS_B,
    ),
    Persona(
        username="petra", full_name="Petra Nováková", external_id="student_138", classroom=CLASS_B,
        usual=Course.MASTERED, rhythm=Rhythm.NEW,
    ),
    Persona(
        username="quinn", full_name="Quinn Roy", external_id="student_139", classroom=CLASS_B,
        usual=Course.FAST, answer_style=AnswerStyle.OVERCONFIDENT, hour=13,
    ),
    Persona(
        username="rosa", full_name="Rosa Silva", external_id="student_140", classroom=CLASS_B,
        usual=Course.MASTERED, answer_style=AnswerStyle.CAREFUL,
    ),
    Persona(
        username="sami", full_name="Sami Haddad", external_id="student_141", classroom=CLASS_B,
        usual=Course.DECLINING, hour=19,
    ),
    Persona(
        username="tara", full_name="Tara MacBride", external_id="student_142", classroom=CLASS_B,
        rhythm=Rhythm.STOPPED, usual=Course.FAST, hour=12,
    ),
    Persona(
        username="uma", full_name="Uma Roy", external_id="student_143", classroom=CLASS_B,
        usual=Course.SPINNING, courses={COMMAS.title: Course.STEADY, "main_idea": Course.STEADY},
        hour=11,
    ),
    Persona(
        username="viktor", full_name="Виктор Орлов", external_id="student_144", classroom=CLASS_B,
        usual=Course.FAST, rhythm=Rhythm.IRREGULAR, studies=False,
    ),
    Persona(
        username="wen", full_name="王雯", external_id="student_145", classroom=CLASS_B,
        usual=Course.FAST, slump=9, hour=6,
    ),
    Persona(
        username="yara", full_name="Yara Łukaszewicz", external_id="student_146",
        classroom=CLASS_B, usual=Course.FAST, rhythm=Rhythm.IRREGULAR, studies=False,
    ),
]  # fmt: skip
