"""Requests to the admin: every linked page, every filter, every form."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import quote

from benchmarks.snapshot.facts import DEMO, UNKNOWN, Facts
from benchmarks.snapshot.html import Form, Page
from benchmarks.snapshot.recorder import Session
from benchmarks.snapshot.requests import Request
from benchmarks.snapshot.routes import route_of

VIEWERS = ("coach", "head", "superuser")
ARABIC = {"Accept-Language": "ar"}
# The number of addresses opened per page and set of parameter names.
MAX_FILTERED, MAX_SIMILAR, MAX_COACH_PAGES = 1, 2, 3
SEARCHES = ("ada", "algebra", "2026-01-01", "'%")
FILLED_FIELDS = ("name", "title", "username", "code", "question", "id", "prefix")
FORM_ORDER = ("/export/", "/change/", "/add/", "/delete/", "/user/", "/classroom/", "/facility/")


class Crawler:
    """Follows links and filters from page to page as one viewer."""

    def __init__(self, session: Session, viewer: str) -> None:
        self.session = session
        self.viewer = viewer
        self.requests: dict[str, Request] = {}
        self.forms: dict[str, Request] = {}
        self._similar_counts: Counter[tuple[Any, ...]] = Counter()

    def crawl(self, addresses: list[str]) -> None:
        """Open these addresses, and the pages linked from them."""
        queue = deque(addresses)
        while queue:
            address = queue.popleft()
            if self._is_wanted(address):
                queue.extend(self._open(address))

    def _is_wanted(self, address: str) -> bool:
        parts = urlsplit(address)
        if parts.netloc or not parts.path.startswith("/admin/") or address in self.requests:
            return False
        route = route_of(parts.path) or ""
        limit = MAX_FILTERED if parts.query else MAX_SIMILAR
        limit = MAX_COACH_PAGES if "coach/" in route else limit
        names = sorted(name for name, _value in parse_qsl(parts.query, keep_blank_values=True))
        self._similar_counts[route, *names] += 1
        return self._similar_counts[route, *names] <= limit

    def _open(self, address: str) -> list[str]:
        request = Request(self.viewer, "GET", address)
        self.requests[address] = request
        _sent, response, content = self.session.send(request)
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return []
        page = Page(content.decode())
        addresses = [urljoin(address, link).partition("#")[0] for link in page.links]
        if address.endswith("/change/"):
            row = address.removesuffix("change/")
            addresses += [row, f"{row}history/", f"{row}delete/"]
        for form in page.forms:
            target = urljoin(address, form.action)
            if form.method == "get":
                addresses += _filtered_addresses(target, form)
            else:
                self._record_form(target, form)
        return addresses

    def _record_form(self, address: str, form: Form) -> None:
        """Store the requests that submitting a form would send."""
        if route_of(address) in ("admin/logout/", "language", "admin/password_change/"):
            return
        if not self._is_wanted_form(address):
            return
        for number, values in enumerate(_form_submissions(address, form)):
            request = Request(self.viewer, "POST", address, form=values)
            self.forms.setdefault(f"{address} {number} {sorted(values)}", request)

    def _is_wanted_form(self, address: str) -> bool:
        """Return whether to submit a form; lists are exported less often than they are shown."""
        path, _mark, query = address.partition("?")
        if "/export/" in path:
            return "ada" in query or (not query and self.viewer == "coach")
        self._similar_counts["POST", route_of(path)] += 1
        return self._similar_counts["POST", route_of(path)] <= MAX_SIMILAR


def _filtered_addresses(address: str, form: Form) -> Iterator[str]:
    """Yield addresses of a list, each filtered by one control of its form."""
    path = address.partition("?")[0]
    for name, values in form.choices.items():
        for value in [value for value in values if value][:2]:
            yield f"{path}?{urlencode({name: value})}"
    for name in form.texts:
        for value in SEARCHES if name == "q" else SEARCHES[:3:2]:
            yield f"{path}?{urlencode({name: value})}"
    yield f"{path}?{urlencode({'q': 'ada', 'p': 2})}"
    yield f"{path}?nobody=knows"


def _form_submissions(address: str, form: Form) -> Iterator[dict[str, Any]]:
    """Yield the data of a form: unchanged, changed, and once per action or format."""
    if "action" in form.choices:
        selected = form.choices.get("_selected_action", [])[:1]
        for action in filter(None, form.choices["action"]):
            yield {**form.values, "action": action, "_selected_action": selected}
            yield {"action": action, "_selected_action": selected, "post": "yes"}
        return
    buttons = [(name, value) for name, value in form.buttons if name != "_addanother"]
    for name, value in buttons or [("post", "yes")]:
        changes = _new_values(form) if "/add/" in address or name == "_continue" else {}
        yield {**form.values, **changes, name: value}


def _new_values(form: Form) -> dict[str, Any]:
    """Return new values for the fields that nearly every form has."""
    texts = {
        name: f"{''.join(form.values.get(name, []))} new".strip()
        for name in FILLED_FIELDS
        if name in form.texts
    }
    selects = {
        name: value
        for name, values in form.choices.items()
        if not form.values.get(name) and "__prefix__" not in name
        for value in [value for value in values if value][:1]
    }
    return {**selects, **texts}


def requests(session: Session, facts: Facts) -> Iterator[Request]:
    """Yield every request to the admin: all pages, some of them in Arabic, then all forms."""
    forms: list[Request] = []
    for viewer in VIEWERS:
        crawler = Crawler(session, viewer)
        crawler.crawl([*_start_addresses(), *_known_addresses(facts)])
        yield from crawler.requests.values()
        yield from _in_arabic(crawler.requests.values())
        forms += sorted(crawler.forms.values(), key=_submission_order)
    yield from _guest_requests()
    yield from _other_requests()
    yield from forms
    for viewer in VIEWERS:
        yield from (Request(viewer, "GET", address) for address in _start_addresses())


def _start_addresses() -> Iterator[str]:
    """Yield the front page, the list, add and change pages of each model, and the app pages."""
    yield "/admin/"
    registered = [model for model in apps.get_models() if admin.site.is_registered(model)]
    for model in registered:
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        yield path
        yield f"{path}add/"
        row = model._default_manager.order_by("pk").first()
        for key in (quote(row.pk) if row else "none", UNKNOWN, "x"):
            yield f"{path}{key}/change/"
    yield from sorted({f"/admin/{model._meta.app_label}/" for model in registered})


def _known_addresses(facts: Facts) -> Iterator[str]:
    """Yield addresses of pages that are requested even if no link to them is found."""
    learner = f"/admin/coach/learners/{facts['learner']}"
    content = f"{learner}/contents/{facts['content']}/"
    yield from (f"/admin/?{query}" for query in ("class=x", "nobody=knows", f"q={DEMO}"))
    yield from (f"/admin/?class={facts[name]}" for name in ("room", "other_room"))
    yield from (f"/admin/?group={facts['group']}", f"{learner}/", content, f"{content}?after=x")
    yield from (f"/admin/coach/learners/{facts['foreigner']}/", f"{learner}/skills/{UNKNOWN}/")
    yield from (f"{learner}/skills/{facts['skill']}/", f"/admin/coach/skills/{facts['skill']}/")
    yield from (f"/admin/coach/tries/{facts['try']}/", f"/admin/coach/attempts/{facts['attempt']}/")
    yield f"/admin/coach/attempts/{facts['guests_attempt']}/"
    for kind in ("skills", "items", "tries", "attempts"):
        yield f"/admin/coach/{kind}/{UNKNOWN}/"
    yield f"/admin/roster/user/{facts['learner']}/password/"
    yield f"/admin/roster/user/{facts['learner']}/"
    yield f"/admin/roster/export/{UNKNOWN}/download/"


def _in_arabic(sent: Any) -> Iterator[Request]:
    """Yield one request per route, in Arabic."""
    by_route = {route_of(request.path): request for request in reversed(list(sent))}
    for request in by_route.values():
        yield replace(request, headers=ARABIC)


def _guest_requests() -> Iterator[Request]:
    login = "/admin/login/?next=/admin/"
    for headers in ({}, ARABIC):
        for path in ("/admin", "/admin/", login, "/admin/roster/user/", "/", "/api/docs"):
            yield Request("guest", "GET", path, headers=headers)
        for password in ("wrong", "Longer than 12."):
            form = {"username": "login", "password": password, "next": "/admin/"}
            yield Request("login", "POST", login, form=form, headers=headers)
    yield Request("guest", "POST", "/language", form={"language": "ar", "next": "/"})
    yield Request("guest", "GET", "/")


def _other_requests() -> Iterator[Request]:
    passwords = {"old_password": "x", "new_password1": "y", "new_password2": "z"}
    paths = [f"/admin/{name}/" for name in ("jsi18n", "password_change", "password_change/done")]
    paths += ["/admin/nothing/", f"/admin/r/1/{UNKNOWN}/", "/admin/autocomplete/"]
    fields = (
        ("roster", "enrolment", "user"), ("roster", "groupmembership", "enrolment"),
        ("roster", "classroom", "facility"), ("analytics", "item", "skill"),
    )  # fmt: skip
    for names in fields:
        query = dict(zip(("app_label", "model_name", "field_name"), names, strict=True))
        paths.append(f"/admin/autocomplete/?{urlencode({**query, 'term': 'a'})}")
    for viewer in VIEWERS:
        yield from (Request(viewer, "GET", path) for path in paths)
        yield Request(viewer, "POST", "/admin/password_change/", form=passwords)
    yield Request("leaver", "POST", "/admin/logout/", form={})
    yield Request("leaver", "GET", "/admin/")


def _submission_order(request: Request) -> tuple[int, str]:
    """Return the sort key of a form: those that delete more are submitted later."""
    ranks = [rank for rank, part in enumerate(FORM_ORDER) if part in request.path]
    is_removal = "/delete/" in request.path or "delete" in str(request.form)
    return (max(ranks, default=0) if is_removal else min(ranks, default=0)), request.path
