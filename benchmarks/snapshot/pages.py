"""Requests to the admin: every page that links lead to, every filter, every form."""

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
# So many addresses of one page with the same parameters are opened.
MOST_NARROWED, MOST_ALIKE, MOST_OF_COACH = 1, 2, 3
SEARCHES = ("ada", "algebra", "2026-01-01", "'%")
FILLED = ("name", "title", "username", "code", "question", "id", "prefix")
IN_ORDER = ("/export/", "/change/", "/add/", "/delete/", "/user/", "/classroom/", "/facility/")


class Crawler:
    """Follows links and filters from page to page as one viewer."""

    def __init__(self, session: Session, viewer: str) -> None:
        self.session = session
        self.viewer = viewer
        self.asked: dict[str, Request] = {}
        self.forms: dict[str, Request] = {}
        self._alike: Counter[tuple[Any, ...]] = Counter()

    def crawl(self, addresses: list[str]) -> None:
        """Open these addresses, and what they lead to."""
        queue = deque(addresses)
        while queue:
            address = queue.popleft()
            if self._is_wanted(address):
                queue.extend(self._open(address))

    def _is_wanted(self, address: str) -> bool:
        parts = urlsplit(address)
        if parts.netloc or not parts.path.startswith("/admin/") or address in self.asked:
            return False
        route = route_of(parts.path) or ""
        most = MOST_NARROWED if parts.query else MOST_ALIKE
        most = MOST_OF_COACH if "coach/" in route else most
        names = sorted(name for name, _value in parse_qsl(parts.query, keep_blank_values=True))
        self._alike[route, *names] += 1
        return self._alike[route, *names] <= most

    def _open(self, address: str) -> list[str]:
        request = Request(self.viewer, "GET", address)
        self.asked[address] = request
        _sent, response, content = self.session.ask(request)
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return []
        page = Page(content.decode())
        found = [urljoin(address, link).partition("#")[0] for link in page.links]
        if address.endswith("/change/"):
            row = address.removesuffix("change/")
            found += [row, f"{row}history/", f"{row}delete/"]
        for form in page.forms:
            target = urljoin(address, form.action)
            if form.method == "get":
                found += _narrowed(target, form)
            else:
                self._note(target, form)
        return found

    def _note(self, address: str, form: Form) -> None:
        """Remember what sending a form would ask."""
        if route_of(address) in ("admin/logout/", "language", "admin/password_change/"):
            return
        if not self._is_wanted_form(address):
            return
        for number, values in enumerate(_sendings(address, form)):
            request = Request(self.viewer, "POST", address, form=values)
            self.forms.setdefault(f"{address} {number} {sorted(values)}", request)

    def _is_wanted_form(self, address: str) -> bool:
        """Tell whether to send a form: not every list is to be exported as often as it is shown."""
        path, _mark, query = address.partition("?")
        if "/export/" in path:
            return "ada" in query or (not query and self.viewer == "coach")
        self._alike["POST", route_of(path)] += 1
        return self._alike["POST", route_of(path)] <= MOST_ALIKE


def _narrowed(address: str, form: Form) -> Iterator[str]:
    """Yield addresses of a list, each narrowed by one control of its form."""
    plain = address.partition("?")[0]
    for name, values in form.choices.items():
        for value in [value for value in values if value][:2]:
            yield f"{plain}?{urlencode({name: value})}"
    for name in form.texts:
        for value in SEARCHES if name == "q" else SEARCHES[:3:2]:
            yield f"{plain}?{urlencode({name: value})}"
    yield f"{plain}?{urlencode({'q': 'ada', 'p': 2})}"
    yield f"{plain}?nobody=knows"


def _sendings(address: str, form: Form) -> Iterator[dict[str, Any]]:
    """Yield the data of a form: as it is, changed, and once for each action or format."""
    if "action" in form.choices:
        selected = form.choices.get("_selected_action", [])[:1]
        for action in filter(None, form.choices["action"]):
            yield {**form.values, "action": action, "_selected_action": selected}
            yield {"action": action, "_selected_action": selected, "post": "yes"}
        return
    buttons = [(name, value) for name, value in form.buttons if name != "_addanother"]
    for name, value in buttons or [("post", "yes")]:
        changes = _filled(form) if "/add/" in address or name == "_continue" else {}
        yield {**form.values, **changes, name: value}


def _filled(form: Form) -> dict[str, Any]:
    """Return new values of the fields that nearly every form has."""
    texts = {
        name: f"{''.join(form.values.get(name, []))} new".strip()
        for name in FILLED
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
        crawler.crawl([*_beginnings(), *_named(facts)])
        yield from crawler.asked.values()
        yield from _in_arabic(crawler.asked.values())
        forms += sorted(crawler.forms.values(), key=_order)
    yield from _guests_pages()
    yield from _small_pages()
    yield from forms
    for viewer in VIEWERS:
        yield from (Request(viewer, "GET", address) for address in _beginnings())


def _beginnings() -> Iterator[str]:
    """Yield the front page, and each list and what is beside it."""
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


def _named(facts: Facts) -> Iterator[str]:
    """Yield pages by their address, of which no link needs to be found."""
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


def _in_arabic(asked: Any) -> Iterator[Request]:
    """Yield one request to each page, for its Arabic."""
    firsts = {route_of(request.path): request for request in reversed(list(asked))}
    for request in firsts.values():
        yield replace(request, headers=ARABIC)


def _guests_pages() -> Iterator[Request]:
    login = "/admin/login/?next=/admin/"
    for headers in ({}, ARABIC):
        for path in ("/admin", "/admin/", login, "/admin/roster/user/", "/", "/api/docs"):
            yield Request("guest", "GET", path, headers=headers)
        for password in ("wrong", "Longer than 12."):
            form = {"username": "login", "password": password, "next": "/admin/"}
            yield Request("login", "POST", login, form=form, headers=headers)
    yield Request("guest", "POST", "/language", form={"language": "ar", "next": "/"})
    yield Request("guest", "GET", "/")


def _small_pages() -> Iterator[Request]:
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


def _order(request: Request) -> tuple[int, str]:
    """Return when a form is sent: the more it removes, the later."""
    ranks = [rank for rank, part in enumerate(IN_ORDER) if part in request.path]
    is_removal = "/delete/" in request.path or "delete" in str(request.form)
    return (max(ranks, default=0) if is_removal else min(ranks, default=0)), request.path
