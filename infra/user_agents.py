"""Short names of devices from the header User-Agent; pure."""

from __future__ import annotations

# Browsers name the ones that they imitate too, so the order matters; likewise systems.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip
MAX_NAME_LENGTH = 60


def device_name(user_agent: str) -> str:
    """Return the browser and the system, such as ``Firefox · Windows``.

    For other programs it is their name, without the version and anything after it.
    """
    found = [
        next((name for mark, name in names if mark in user_agent), "")
        for names in (_BROWSERS, _SYSTEMS)
    ]
    name = " · ".join(part for part in found if part) or user_agent.partition("/")[0].strip()
    return "".join(letter for letter in name if letter.isprintable())[:MAX_NAME_LENGTH]
