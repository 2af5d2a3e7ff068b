"""The demo school: two classes of simulated learners of every kind, and sixty days of their work.

`cast` says who they are, `subjects` what there is to learn, `roster` and `stock` write both down.
A `pupil` decides what somebody answers and when; `working` and `studying` tell it to the ordinary
services, day by day; `school` puts it together.
"""

from __future__ import annotations
