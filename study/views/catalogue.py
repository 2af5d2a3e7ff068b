"""Views of study sets, items and learners, and of the caller's profile."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.selectors import readable_learner
from infra.api.idempotency.decorators import idempotent
from roster.models import User
from study import selectors, services
from study.commands import NewItem, NewSet, NewUser
from study.jsonapi import decode, document
from study.serializers.catalogue import (
    ITEM,
    PROFILE,
    SET,
    USER,
    item_resource,
    profile_resource,
    set_resource,
    user_resource,
)
from study.views.base import JsonApiView


class SetsView(JsonApiView):
    @extend_schema(request=NewSet, responses={201: SET})
    @idempotent
    def post(self, request: Request) -> Response:
        """Create an empty set of items."""
        new = decode(request.data, NewSet)
        study_set = services.create_study_set(new, actor=self.actor, at=timezone.now())
        return Response(document(set_resource(study_set, 0)), status=201)

    def authorize_replay(self, request: Request, body: Any) -> None:  # noqa: ARG002
        """Check that the set still exists, and that the caller may read it."""
        selectors.get_visible_set(self.actor, body["data"]["id"])


class SetView(JsonApiView):
    @extend_schema(responses=SET)
    def get(self, request: Request, set_id: str) -> Response:  # noqa: ARG002
        """Return one set."""
        return Response(document(set_resource(*selectors.get_visible_set(self.actor, set_id))))


class SetItemsView(JsonApiView):
    @extend_schema(request=NewItem, responses={201: ITEM})
    @idempotent
    def post(self, request: Request, set_id: str) -> Response:
        """Add an item to a set, which holds up to 200."""
        new = decode(request.data, NewItem)
        added = services.add_item(set_id, new, actor=self.actor, at=timezone.now())
        return Response(document(item_resource(added.item, added)), status=201)

    def authorize_replay(self, request: Request, body: Any) -> None:  # noqa: ARG002
        """Check that the item still exists, and that the caller may read it."""
        selectors.get_visible_item(self.actor, body["data"]["id"])


class ItemView(JsonApiView):
    @extend_schema(responses=ITEM)
    def get(self, request: Request, guid: str) -> Response:  # noqa: ARG002
        """Return one item, in a set or not."""
        item = selectors.get_visible_item(self.actor, guid)
        learning_item = getattr(item, "learning_item", None)
        return Response(document(item_resource(item, learning_item)))


class UsersView(JsonApiView):
    @extend_schema(request=NewUser, responses={201: USER})
    @idempotent
    def post(self, request: Request, partner_id: str) -> Response:
        """Register a learner, to be named by the id in the response."""
        new = decode(request.data, NewUser)
        learner = services.create_learner(new, partner_id, actor=self.actor, at=timezone.now())
        self.learner_id = learner.pk
        return Response(document(user_resource(learner)), status=201)

    def authorize_replay(self, request: Request, body: Any) -> None:  # noqa: ARG002
        """Check that a person may still read the learner; `authorize_learner` checks keys."""
        if isinstance(self.actor, User):
            readable_learner(self.actor, body["data"]["id"])


class UserView(JsonApiView):
    @extend_schema(responses=USER)
    def get(self, request: Request, user_id: str) -> Response:  # noqa: ARG002
        """Return one learner."""
        return Response(document(user_resource(readable_learner(self.actor, user_id))))


class ProfileView(JsonApiView):
    @extend_schema(responses=PROFILE)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Return the caller: the facility and scopes of a key, or the roles of a person."""
        return Response(document(profile_resource(self.actor)))
