"""Writes papermill's parameters as a TypeScript cell, and reads those that a notebook declares."""

import datetime
import json
import math
import numbers
import os
import re

from papermill.translators import Translator

from .parameters_cell import read_parameters

# Beyond these, a number literal would be rounded: https://tc39.es/ecma262/#sec-number.max_safe_integer
SAFE_INTEGER = 2**53 - 1
IDENTIFIER = re.compile(r"[^\W\d][\w$]*|\$[\w$]*")
# Names that no variable of a module can have.
RESERVED = frozenset(
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends "
    "false finally for function if implements import in instanceof interface let new null package private protected "
    "public return static super switch this throw true try typeof var void while with yield".split()
)
# Line ends, controls, marks that turn the direction of what follows, and halves of a pair: not to be seen in source.
UNSEEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class TypeScriptTranslator(Translator):
    """Python's values as TypeScript source. `let`, since the literal type of a `const` fits no later comparison."""

    @classmethod
    def translate(cls, val):
        """The source of a value. Raises TypeError for one that has none, naming where it is."""
        return cls._source(val, "value")

    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        """The injected cell. Raises ValueError for a name that no variable can have."""
        lines = [cls.comment(comment)]
        for name, val in parameters.items():
            if not IDENTIFIER.fullmatch(name) or name in RESERVED:
                raise ValueError(f"Cannot set the parameter {name!r}: it is no name of a TypeScript variable")
            lines.append(cls.assign(name, cls._source(val, name)))
        return "\n".join(lines) + "\n"

    @classmethod
    def assign(cls, name, str_val):
        return f"let {name} = {str_val};"

    @classmethod
    def comment(cls, cmt_str):
        return "\n".join(f"// {line}".rstrip() for line in (cmt_str.splitlines() or [""]))

    @classmethod
    def inspect(cls, parameters_cell):
        return read_parameters(parameters_cell["source"])

    @classmethod
    def _source(cls, val, path):
        if val is None:
            return "null"
        if isinstance(val, bool):
            return "true" if val else "false"
        if isinstance(val, str):
            return _quoted(val)
        if isinstance(val, numbers.Integral):
            whole = int(val)
            return str(whole) if abs(whole) <= SAFE_INTEGER else f"{whole}n"
        if isinstance(val, numbers.Real):
            return _number(float(val))
        if isinstance(val, datetime.datetime | datetime.date):
            return f"new Date({_quoted(val.isoformat())})"
        if isinstance(val, os.PathLike):
            return _quoted(os.fspath(val))
        if isinstance(val, dict):
            return _object([(_key(key), cls._source(each, f"{path}.{key}")) for key, each in val.items()])
        if isinstance(val, list | tuple):
            return f"[{', '.join(cls._source(each, f'{path}[{at}]') for at, each in enumerate(val))}]"
        raise TypeError(f"Cannot write the parameter {path} as TypeScript: there is no form for {type(val).__name__}")


def _quoted(text):
    return UNSEEN.sub(lambda unseen: f"\\u{ord(unseen[0]):04x}", json.dumps(text, ensure_ascii=False))


def _number(val):
    if math.isnan(val):
        return "NaN"
    if math.isinf(val):
        return "Infinity" if val > 0 else "-Infinity"
    return str(int(val)) if val.is_integer() and abs(val) <= SAFE_INTEGER and math.copysign(1, val) > 0 else repr(val)


def _key(key):
    text = key if isinstance(key, str) else json.dumps(key)
    # Written plainly, this key would set the object's prototype.
    return '["__proto__"]' if text == "__proto__" else _quoted(text)


def _object(entries):
    return "{ " + ", ".join(f"{key}: {source}" for key, source in entries) + " }" if entries else "{}"
