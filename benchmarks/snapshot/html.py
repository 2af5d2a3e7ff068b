"""A parser of the links and forms of a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_TEXT_TYPES = {"text", "search", "email", "number", "url", "password", "date", "hidden", ""}


@dataclass
class Form:
    """A form: its target, and its fields as a browser would send them unchanged."""

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
        self._current_form: Form | None = None
        self._select = self._textarea = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read the start of a tag."""
        attributes = {name: value or "" for name, value in attrs}
        handler = getattr(self, f"_on_{tag}", None)
        if handler is not None:
            handler(attributes)

    def handle_endtag(self, tag: str) -> None:
        """Read the end of a tag."""
        if tag == "form":
            self._current_form = None
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        """Read the text of a text area."""
        if self._textarea and self._current_form is not None:
            # Browsers ignore the first line break of a text area.
            self._current_form.values[self._textarea] = [
                data.removeprefix("\r\n").removeprefix("\n")
            ]

    def _on_a(self, attrs: dict[str, str]) -> None:
        if "href" in attrs:
            self.links.append(attrs["href"])

    def _on_form(self, attrs: dict[str, str]) -> None:
        self._current_form = Form(attrs.get("action", ""), attrs.get("method", "get").lower())
        self._by_id[attrs.get("id", "")] = self._current_form
        self.forms.append(self._current_form)

    def _on_input(self, attrs: dict[str, str]) -> None:
        form, name, kind = self._find_form(attrs), attrs.get("name", ""), attrs.get("type", "")
        if form is None or not name:
            return
        value = attrs.get("value", "")
        if kind == "submit":
            form.buttons.append((name, value))
        elif kind in ("checkbox", "radio"):
            form.choices.setdefault(name, []).append(value or "on")
            if "checked" in attrs:
                form.values.setdefault(name, []).append(value or "on")
        elif kind in _TEXT_TYPES:
            form.values.setdefault(name, []).append(value)
            if kind != "hidden":
                form.texts.append(name)

    def _on_button(self, attrs: dict[str, str]) -> None:
        form = self._find_form(attrs)
        if form is not None and attrs.get("name"):
            form.buttons.append((attrs["name"], attrs.get("value", "")))

    def _on_textarea(self, attrs: dict[str, str]) -> None:
        form = self._find_form(attrs)
        if form is not None and attrs.get("name"):
            self._textarea = attrs["name"]
            form.values[self._textarea] = [""]

    def _on_select(self, attrs: dict[str, str]) -> None:
        self._select = attrs.get("name", "")
        form = self._find_form(attrs)
        if form is not None and self._select:
            form.choices.setdefault(self._select, [])

    def _on_option(self, attrs: dict[str, str]) -> None:
        form, value = self._current_form, attrs.get("value", "")
        if form is None or not self._select:
            return
        form.choices[self._select].append(value)
        if "selected" in attrs:
            form.values.setdefault(self._select, []).append(value)

    def _find_form(self, attrs: dict[str, str]) -> Form | None:
        return self._by_id.get(attrs["form"]) if "form" in attrs else self._current_form
