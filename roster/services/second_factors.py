"""The second factor of staff: codes of an app (TOTP, RFC 6238) and recovery codes, by django-otp.

django-otp locks the row of a device, accepts each code once, and delays guesses: the wait doubles
with each wrong code.
"""

from __future__ import annotations

from typing import cast

from django.db import transaction
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from roster.models import AuditAction, User
from roster.services import auditing

RECOVERY_CODES = 10
#: Of the app; recovery codes are longer.
CODE_LENGTH = 6
#: The key of a session that may only set up a second factor.
SESSION_KEY = "second_factor_missing"
_NAME = "second factor"


class SecondFactorNeeded(PermissionError):
    """The account has a second factor, and the login has no code."""


class WrongCode(ValueError):
    """The code is wrong, was used before, or too many were wrong."""


class SecondFactorMissing(PermissionError):
    """The facility requires a second factor of its staff. Set it up in the admin."""


def check_login(user: User, code: str | None) -> bool:
    """Check the code of a login; return whether a second factor has to be set up first.

    Only staff have a second factor.

    Raises
    ------
    SecondFactorNeeded : there is no code.
    WrongCode : the code is wrong, which is recorded: somebody has the password.
    """
    if not user.is_staff:
        return False
    if not has_second_factor(user):
        return is_required(user)
    if not code:
        raise SecondFactorNeeded
    try:
        _require_code(user, code)
    except WrongCode:
        change = {"wrong code of the second factor": True}
        facility_id = user.facility_id
        auditing.add_entry(
            AuditAction.LOCKED_OUT, user, change, actor=user, facility_id=facility_id
        )
        raise
    return False


def is_required(user: User) -> bool:
    """Return whether the facility of a user requires a second factor of its staff."""
    return user.facility is not None and user.facility.staff_second_factor


def has_second_factor(user: User) -> bool:
    """Return whether the second factor of a user is set up."""
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def is_in_use() -> bool:
    """Return whether anybody has a second factor, so that the login form asks for codes."""
    return bool(TOTPDevice.objects.filter(confirmed=True).exists())


def pending_device(user: User) -> TOTPDevice | None:
    """Return the device that a user has started to set up."""
    return TOTPDevice.objects.filter(user=user, confirmed=False).order_by("pk").first()


def count_recovery_codes(user: User) -> int:
    """Return the number of unused recovery codes."""
    return int(StaticToken.objects.filter(device__user=user).count())


@transaction.atomic
def start_setup(user: User) -> None:
    """Create a new secret, which counts from the first code on."""
    TOTPDevice.objects.filter(user=user, confirmed=False).delete()
    TOTPDevice.objects.create(user=user, name=_NAME, confirmed=False)


def confirm_setup(user: User, code: str) -> list[str]:
    """Set the second factor up if the code is right; return new recovery codes.

    Raises
    ------
    WrongCode : the code is wrong, or nothing was started.
    """
    with transaction.atomic():
        pending = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False)
        device = pending.order_by("pk").first()
        # A wrong code is counted, so the transaction must commit.
        is_right = device is not None and device.verify_token(code)
        if device is not None and is_right:
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            codes = _create_recovery_codes(user)
            auditing.add_entry(
                AuditAction.CHANGED,
                user,
                {_NAME: [None, "on"]},
                actor=user,
                facility_id=user.facility_id,
            )
            return codes
    raise WrongCode


def switch_off(user: User, code: str) -> None:
    """Remove the second factor of a user who still has it.

    Raises
    ------
    WrongCode : the code is wrong.
    """
    _require_code(user, code)
    reset(user, actor=user)


@transaction.atomic
def reset(user: User, *, actor: User) -> None:
    """Remove the second factor of a user, and record that."""
    _deleted, by_model = TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    if by_model:
        auditing.add_entry(
            AuditAction.CHANGED,
            user,
            {_NAME: ["on", None]},
            actor=actor,
            facility_id=user.facility_id,
        )


def _require_code(user: User, code: str) -> None:
    """Raise WrongCode if a code is wrong; only the device of its kind counts that."""
    text = code.replace(" ", "").lower()
    model = TOTPDevice if len(text) == CODE_LENGTH else StaticDevice
    with transaction.atomic():
        devices = model.objects.select_for_update().filter(user=user, confirmed=True)
        device = devices.order_by("pk").first()
        is_right = device is not None and device.verify_token(text)
    if not is_right:
        raise WrongCode


def _create_recovery_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name=_NAME)
    codes = [cast("str", StaticToken.random_token()) for _number in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes
