"""A big installation, made up: `manage.py seed_demo --attempts N`.

`chance` decides, `schools` and `catalogue` say who and what there is, `desk` keeps one learner's
records as the services would, `habits` lets learners work, `writing` stores it all.
"""

from __future__ import annotations
