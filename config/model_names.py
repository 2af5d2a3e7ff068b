"""Names of models and fields in the reader's language.

Models and fields declare plain English names. This module marks these names for gettext and
translates them when they are displayed. A name that is missing here stays English; a test finds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Field, Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

APPS = (
    _("Installation"), _("Learner model"), _("People and classes"), _("Progress tracking"),
    _("Study results"),
)  # fmt: skip
TABLES = (
    _("API key"), _("attempt"), _("classroom"), _("content session"), _("content summaries"),
    _("content summary"), _("course session"), _("facilities"), _("facility"), _("item"),
    _("item memories"), _("item memory"), _("job"), _("learner group"), _("learning event"),
    _("lesson"), _("quiz"), _("quizzes"), _("skill"), _("skill state"), _("tries"), _("try"),
    _("user"), _("API keys"), _("attempts"), _("classrooms"), _("content sessions"),
    _("course sessions"),
    _("items"), _("jobs"), _("learner groups"), _("learning events"), _("learning item"),
    _("learning items"), _("study set"), _("study sets"),
    _("skill prerequisite"), _("skill prerequisites"), _("prerequisite suggestion"),
    _("prerequisite suggestions"),
    _("lessons"), _("skill states"), _("skills"), _("users"),
    _("item text"), _("item texts"), _("answer text"), _("answer texts"),
    _("login session"), _("password reset"),
)  # fmt: skip
COLUMNS = (
    _("actor id"), _("bytes read"), _("claim"), _("expected"), _("failures"), _("last read"),
    _("object id"), _("query"), _("rights"), _("written"),
    _("question"), _("studied"), _("study set"), _("worked at"),
    _("claims"), _("claimed"), _("has own id"),
    _("before"), _("after"), _("learners"), _("successes"), _("bound"), _("informed"),
    _("informed successes"), _("computed at"),
    _("lapses"), _("last score"), _("last seconds"), _("recent"),
    _("ability mean"), _("ability variance"), _("active"), _("answer"), _("answers"),
    _("attempt count"), _("attempts"), _("auto provision"), _("can admin"), _("can read"),
    _("can write"), _("channel id"), _("classroom"), _("code"), _("complete"),
    _("completion timestamp"), _("confidence"), _("content id"), _("correct"), _("course"),
    _("course session"), _("created at"), _("difficulty"), _("difficulty mean"),
    _("difficulty variance"), _("digest"), _("done"), _("due"), _("due at"), _("efficiency"),
    _("email"), _("end timestamp"), _("error"), _("expires at"), _("external id"),
    _("extra fields"), _("facility"), _("fading"), _("failed at"), _("folded at"), _("full name"),
    _("grade"), _("guest access"), _("guid"), _("happened at"), _("hinted"), _("id"),
    _("interaction history"), _("is active"), _("is coach assigned"), _("is quiz"), _("is staff"),
    _("item"), _("item mean"), _("item variance"), _("judged"), _("kind"), _("last practised"),
    _("last review"), _("last used at"), _("learner"), _("lesson"), _("mastery"),
    _("mastery after"), _("mastery before"), _("mastery criterion"), _("mastery level"),
    _("plateau certainty"), _("inactive days"), _("spinning answers"),
    _("coach"), _("language"), _("since"), _("event"), _("is fixed"), _("text"), _("url"),
    _("name"), _("node id"), _("p correct"), _("p stuck"), _("parameter version"),
    _("parameters"), _("partner id"), _("plateau"), _("position"), _("prefix"), _("progress"),
    _("question difficulty"), _("quiz"), _("received at"), _("remember answers"), _("reviews"),
    _("revoked at"), _("score"), _("seconds"), _("section"), _("session"), _("simple answer"),
    _("skill"), _("skill ability mean"), _("skill ability variance"), _("skill mean"),
    _("skill variance"), _("source"), _("source id"), _("stability"), _("start timestamp"),
    _("succeeded at"), _("summary"), _("time spent"), _("time zone"), _("timed"), _("times"),
    _("title"), _("try"), _("typical seconds"), _("user"), _("username"), _("username key"),
    _("velocity"),
    _("archived"), _("contents"), _("draft"),
    _("alert"), _("alerts"), _("by coach"), _("changed at"), _("figures"), _("opened at"),
    _("resolved at"), _("snoozed until"), _("state"),
    _("device"), _("network"), _("session key"), _("started at"), _("used at"),
    _("staff second factor"),
)  # fmt: skip
EXPLANATIONS = (
    _("Whether any of the reviews was a study result."), _("app.model"),
    _("Create a learner when a key names an unknown one."), _("Histogram of seconds per answer."),
    _("Implies read and write."), _("Let anonymous visitors track progress for themselves."),
    _(
        "Let answers through content sessions and answer tracking move the memory of"
        " the items they name; study results always do."
    ),
    _(
        "The time zone of the days on coaches' pages: a name of the IANA database, such as"
        " Africa/Cairo."
    ),
    _("May open the admin."), _("Median, if known."), _("None: the defaults."),
    _("Only superusers may belong to none."), _("Rows worked on so far."),
    _("The class whose coaches look after it; empty: the facility's."),
    _("The id by which apps of the study-results API name this facility."),
    _("The id by which the facility's apps call this learner."),
    _("The id by which the facility's student information system knows this class."),
    _("Newest parameters, fitted or pooled; if empty, the defaults apply."),
    _("The sum of the claimed difficulties."),
    _("Empty: no."), _("Empty: unknown."),
    _("Packed numbers; see analytics.core.recent_results."),
    _("Packed trajectory; see analytics.core.trajectory_codec."),
    _("The section of a test this counts for."), _("The sum of the scores."),
    _("The skill it practises, in all contents it appears in."), _("days until recall is .9"),
    _("for this learner: 1 is easiest, 10 hardest"), _("log odds"),
    _("log odds relative to the skill; higher is harder"),
    _("log odds; higher is harder"), _("seconds"),
    _("Learners do not see it yet."), _("Staff must use a second factor to log in."),
)  # fmt: skip


def translate_names(models: Iterable[type[Model]]) -> None:
    """Let these models and their fields be called by their names in the reader's language.

    Migrations compare what the models say themselves, so they do not notice.
    """
    for model in models:
        if "verbose_name_plural" not in model._meta.original_attrs:
            # Django adds an s to whatever the name is then, in any language.
            model._meta.verbose_name_plural = f"{model._meta.verbose_name}s"
        _translate(model._meta, "verbose_name", "verbose_name_plural")
        _translate(model._meta.app_config, "verbose_name")
        for field in model._meta.get_fields():
            if isinstance(field, Field):
                _translate(field, "verbose_name", "help_text")


def _translate(named: Any, *attributes: str) -> None:
    for attribute in attributes:
        name = getattr(named, attribute)
        if name and not isinstance(name, Promise):
            setattr(named, attribute, gettext_lazy(name))
