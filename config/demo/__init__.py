"""The demo school: two classes of simulated learners of every kind, and sixty days of their work.

`personas` and `curriculum` define the learners and what they learn; `roster` and `content` write
both to the database. A `simulated_learner` decides what is answered and when; `simulate_sessions`
and `simulate_reviews` send that to the ordinary services, day by day; `facility` runs it all.
"""

from __future__ import annotations
