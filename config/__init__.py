"""The Django project: settings, URLs, middleware, error responses, OpenAPI, metrics and jobs.

It is also an app, for the job scheduler's table and the commands `run_jobs` and `seed_demo`.
"""
