"""`python -m django profile_puts`: profile the time of a PUT by function."""

from __future__ import annotations

import cProfile
import itertools
import pstats
import time
from argparse import ArgumentParser
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from benchmarks import in_process
from benchmarks.school import School, answer_bodies, build_school
from benchmarks.workloads import SESSIONS, VALIDATED_SESSIONS

SHOWN = 40
WARM_UP = 50


class Command(BaseCommand):
    help = "Profile PUTs at the WSGI application, in process, on an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--puts", type=int, required=True)
        parser.add_argument("--learners", type=int, required=True)
        parser.add_argument("--save", type=Path, help="save the profile, for pstats")

    def handle(self, *_args: Any, puts: int, learners: int, **options: Any) -> None:
        in_process.hide_log()
        call_command("migrate", verbosity=0)
        school = build_school(learners, at=timezone.now())
        put, validate = _put_function(SESSIONS, school), _put_function(VALIDATED_SESSIONS, school)
        for name, work in (("PUT", put), ("(a), only validated", validate)):
            _repeat(work, WARM_UP)
            wall, cpu = _time_calls(work, puts)
            self.stdout.write(f"{name}: {wall:.2f} ms, of them {cpu:.2f} ms of this process's CPU")
        profile = cProfile.Profile()
        profile.runcall(_repeat, put, puts)
        self.stdout.write(f"\n{puts} PUTs in process, one client, under cProfile, by wall clock")
        self.stdout.write(_describe(profile))
        if options["save"]:
            profile.dump_stats(options["save"])


def _put_function(path: str, school: School) -> Callable[[], bytes]:
    """Return a function that makes the next PUT each time it is called."""
    bodies = itertools.cycle(answer_bodies())
    path = f"{path}/{school.learners[0].session_id}"
    return lambda: in_process.put(path, next(bodies), key=school.secret)


def _repeat(work: Callable[[], bytes], count: int) -> None:
    for _repetition in range(count):
        work()


def _describe(profile: cProfile.Profile) -> str:
    """Return the slowest functions, by cumulative time and by own time."""
    text = StringIO()
    stats = pstats.Stats(profile, stream=text)
    for order in ("cumulative", "tottime"):
        stats.sort_stats(order).print_stats(SHOWN)
    return text.getvalue()


def _time_calls(work: Callable[[], bytes], count: int) -> tuple[float, float]:
    """Return the milliseconds of one call: of wall time, and of processor time."""
    wall, cpu = time.perf_counter(), time.process_time()
    _repeat(work, count)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return 1000 * wall / count, 1000 * cpu / count
