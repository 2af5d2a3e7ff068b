"""Texts and charts of the quality of the learner model in one facility."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from analytics.core.model_quality import Quality
from analytics.selectors import QualityRow, get_model_quality
from dashboard.charts import LineChart, Point, Series, Tick
from infra.admin.formats import decimal, percent
from roster.models import Facility, User

NO_VALUE = "\N{EN DASH}"
# A bin with fewer answers is not drawn: its share of right answers is too uncertain.
MIN_DRAWN = 20
TENTHS = [step / 10 for step in range(0, 11, 2)]


@dataclass(frozen=True, kw_only=True)
class QualityTexts:
    """One row of the table, with its figures as text; empty where one is unknown."""

    row: QualityRow
    auc: str
    log_loss: str
    default_log_loss: str
    drift: str


@dataclass(frozen=True, kw_only=True)
class QualityView:
    """Quality in one facility: its rows, and the calibration of the chosen one."""

    facility: Facility
    rows: Sequence[QualityTexts]
    chosen: QualityRow
    chart: LineChart | None


def get_quality_view(
    viewer: User, facility_id: UUID, *, skill_id: UUID | None, days: int, at: datetime
) -> QualityView | None:
    """Return the quality in a facility; None if the viewer may not read it in full.

    Parameters
    ----------
    skill_id : the skill to draw the calibration of; None or an unknown one: all of them.
    """
    rows = get_model_quality(viewer, days=days, at=at, facility_id=facility_id)
    if not rows:
        return None
    chosen = next((row for row in rows if row.skill and row.skill.pk == skill_id), rows[0])
    return QualityView(
        facility=rows[0].facility,
        rows=[_texts(row) for row in rows],
        chosen=chosen,
        chart=_calibration_chart(chosen.quality) if chosen.quality.answers else None,
    )


def _texts(row: QualityRow) -> QualityTexts:
    quality = row.quality
    return QualityTexts(
        row=row,
        auc=_decimal(quality.auc),
        log_loss=_decimal(quality.log_loss),
        default_log_loss=_decimal(quality.default_log_loss),
        drift=_decimal(quality.drift),
    )


def _decimal(value: float | None) -> str:
    return NO_VALUE if value is None else decimal(value, 3)


def _calibration_chart(quality: Quality) -> LineChart:
    points = [
        Point(
            x=predicted,
            y=observed,
            x_text=f"{percent(predicted)} (n = {count})",
            y_text=percent(observed),
        )
        for predicted, observed, count in quality.calibration
        if predicted is not None and observed is not None and count >= MIN_DRAWN
    ]
    ticks = [Tick(value=share, text=percent(share)) for share in TENTHS]
    ideal = [Point(x=x, y=x, x_text=percent(x), y_text=percent(x)) for x in (0.0, 1.0)]
    return LineChart(
        title=_("Calibration"),
        description=_(
            "Share of right answers, by the predicted probability, in ten bins; those with fewer"
            " than 20 answers are left out. On the dashed line predictions are right on average."
        ),
        x_label=_("Predicted"),
        y_label=_("Right answers"),
        series=[
            Series(label=_("measured"), points=points),
            Series(label=_("well calibrated"), points=ideal, is_model=True),
        ],
        x_ticks=ticks,
        y_ticks=ticks,
    )
