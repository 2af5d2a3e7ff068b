"""What clients tell of studying: frozen, validated requests with every field present."""

from __future__ import annotations
