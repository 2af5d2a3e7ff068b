"""The demo school: two classes of simulated learners, and sixty days of their work.

`personas` and `curriculum` define the learners and their content; `roster` and `content` save both
to the database. A `simulated_learner` decides when to practise and what to answer.
`simulate_sessions` and `simulate_reviews` pass that to the ordinary services, and `facility` runs
the simulation day by day.
"""

from __future__ import annotations
