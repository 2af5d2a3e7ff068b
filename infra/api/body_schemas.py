"""OpenAPI 3.0 schemas of request bodies, as drf-spectacular writes those of serializers."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from infra.payloads import Payload

_MAX_INT32 = 2**31 - 1


class BodySchema(GenerateJsonSchema):
    """Schemas in the dialect of OpenAPI 3.0: `nullable`, formats of numbers, no titles."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Mark the schema of a value that may be null."""
        return {**self.generate_inner(schema["schema"]), "nullable": True}

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Omit defaults of None: they only mean that the field is absent."""
        if schema.get("default") is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def float_schema(self, schema: core_schema.FloatSchema) -> JsonSchemaValue:
        """Describe a number with its format."""
        return {**super().float_schema(schema), "format": "double"}

    def int_schema(self, schema: core_schema.IntSchema) -> JsonSchemaValue:
        """Describe a whole number, with its format if it needs 64 bits."""
        described = super().int_schema(schema)
        return {**described, "format": "int64"} if schema.get("le", 0) > _MAX_INT32 else described

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """Omit the title: the component has a name."""
        described = super().model_schema(schema)
        del described["title"]
        return described

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:  # noqa: ARG002
        """Keep the order of the fields."""
        return value

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        """Return False: the names of fields are enough."""
        return False


def array_schema(model: type[Payload]) -> dict[str, Any]:
    """Return the schema of an array of bodies, each of which is a component."""
    name = model.model_config.get("title") or model.__name__
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}Request"}}


@cache
def schema_of(model: type[Payload]) -> dict[str, Any]:
    """Return the schema of a body, with those of its parts in `$defs`."""
    return model.model_json_schema(
        schema_generator=BodySchema, ref_template="#/components/schemas/{model}Request"
    )
