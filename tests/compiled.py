"""What every service compiles, its templates, addresses and statements, compiled once for a process.

A test run puts thousands of services together. Compiling was half the time of a page and most of that of a service.
"""

from collections.abc import Callable
from types import CodeType
from typing import Any, ClassVar

from flask import Flask
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from typing_extensions import override
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


def compile_once() -> None:
    """Have every service that is put together from now on share what it compiles."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Templates()}
    Flask.url_rule_class = Address
    share_statements()


def share_statements() -> None:
    """Have every engine find the statements that another engine for the same kind of database compiled.

    An engine keeps them by the statement and by its dialect, and each has a dialect of its own; those of one class
    write the same SQL. What a statement is made of is compared as ever: two that differ are never taken for one.
    """
    known = LRUCache[Any, Any](4000)
    shared: dict[tuple[type, str], object] = {
        # An engine that is made puts a memory of its own here; it goes nowhere.
        (Engine, "_compiled_cache"): property(lambda _: known, lambda *_: None),
        (DefaultDialect, "__eq__"): lambda own, other: _writes_like(own) == _writes_like(other),
        (DefaultDialect, "__hash__"): lambda own: hash(_writes_like(own)),
    }
    for (kind, name), value in shared.items():
        setattr(kind, name, value)


def _writes_like(dialect: object) -> tuple[object, ...]:
    return type(dialect), getattr(dialect, "paramstyle", None)


class Templates(BytecodeCache):
    """Keeps what a template was compiled to, by its name, its text and what decides how a text is read."""

    def __init__(self) -> None:
        self._found: dict[str, CodeType] = {}

    @override
    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        read_as = (environment.trim_blocks, environment.lstrip_blocks, sorted(environment.extensions))
        bucket = Bucket(
            environment, repr((name, filename, read_as, source)), self.get_source_checksum(source)
        )
        bucket.code = self._found.get(bucket.key)
        return bucket

    @override
    def set_bucket(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._found[bucket.key] = bucket.code


class Address(Rule):
    """An address whose function, which fills its gaps in, was made for an equal one before.

    The function looks at what the address is made of, and at nothing of the service; converters are its argument's.
    """

    _made: ClassVar[dict[tuple[object, ...], Builder]] = {}

    @override
    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        if self.defaults:
            return super()._compile_builder(append_unknown)
        key = (self.rule, tuple(self._trace), append_unknown)
        if key not in self._made:
            self._made[key] = super()._compile_builder(append_unknown)
        return self._made[key]
