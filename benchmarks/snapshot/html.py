"""What the links and forms of a page are."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_TEXTS = {"text", "search", "email", "number", "url", "password", "date", "hidden", ""}


@dataclass
class Form:
    """A form: where it is sent, and its fields as a browser would send them unchanged."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """The links and forms of a page, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self._open: Form | None = None
        self._select = self._area = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read a tag."""
        told = {name: value or "" for name, value in attrs}
        handle = getattr(self, f"_on_{tag}", None)
        if handle is not None:
            handle(told)

    def handle_endtag(self, tag: str) -> None:
        """Read the end of a tag."""
        if tag == "form":
            self._open = None
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        """Read a text."""
        if self._area and self._open is not None:
            # Browsers ignore the first line break of a text area.
            self._open.values[self._area] = [data.removeprefix("\r\n").removeprefix("\n")]

    def _on_a(self, told: dict[str, str]) -> None:
        if "href" in told:
            self.links.append(told["href"])

    def _on_form(self, told: dict[str, str]) -> None:
        self._open = Form(told.get("action", ""), told.get("method", "get").lower())
        self._by_id[told.get("id", "")] = self._open
        self.forms.append(self._open)

    def _on_input(self, told: dict[str, str]) -> None:
        form, name, kind = self._form(told), told.get("name", ""), told.get("type", "")
        if form is None or not name:
            return
        value = told.get("value", "")
        if kind == "submit":
            form.buttons.append((name, value))
        elif kind in ("checkbox", "radio"):
            form.choices.setdefault(name, []).append(value or "on")
            if "checked" in told:
                form.values.setdefault(name, []).append(value or "on")
        elif kind in _TEXTS:
            form.values.setdefault(name, []).append(value)
            if kind != "hidden":
                form.texts.append(name)

    def _on_button(self, told: dict[str, str]) -> None:
        form = self._form(told)
        if form is not None and told.get("name"):
            form.buttons.append((told["name"], told.get("value", "")))

    def _on_textarea(self, told: dict[str, str]) -> None:
        form = self._form(told)
        if form is not None and told.get("name"):
            self._area = told["name"]
            form.values[self._area] = [""]

    def _on_select(self, told: dict[str, str]) -> None:
        self._select = told.get("name", "")
        form = self._form(told)
        if form is not None and self._select:
            form.choices.setdefault(self._select, [])

    def _on_option(self, told: dict[str, str]) -> None:
        form, value = self._open, told.get("value", "")
        if form is None or not self._select:
            return
        form.choices[self._select].append(value)
        if "selected" in told:
            form.values.setdefault(self._select, []).append(value)

    def _form(self, told: dict[str, str]) -> Form | None:
        return self._by_id.get(told["form"]) if "form" in told else self._open
