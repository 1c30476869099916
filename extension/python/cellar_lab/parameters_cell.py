"""Reads the variables that a notebook's `parameters` cell declares."""

import re

from papermill.models import Parameter

COMMENT = r"//[^\n]*|/\*.*?(?:\*/|\Z)"
STRING = r"'(?:\\.|[^'\\\n])*'?|\"(?:\\.|[^\"\\\n])*\"?|`(?:\\.|[^`\\])*`?"
TOKEN = re.compile(f"(?P<comment>{COMMENT})|(?P<string>{STRING})|.", re.DOTALL)
COMMENTS = re.compile(COMMENT, re.DOTALL)
COMMENT_BEHIND = re.compile(r"[ \t]*(//[^\n]*|/\*[^\n]*?\*/)")
DECLARATION = re.compile(r"(?:export\s+)?(?:const|let|var)\s+")
NAME = re.compile(r"\s*([^\W\d][\w$]*|\$[\w$]*)\s*")
# A line that ends or begins with one of these goes on: the statement has not ended there.
GOES_ON_AFTER = tuple("=+-*/%&|^!~<>?:,.([{")
GOES_ON_BEFORE = tuple("=+-*/%&|^<>?:,.)]}")
LITERAL_TYPES = [
    (re.compile(r"-?\d[\d_]*n"), "bigint"),
    (re.compile(r"[-+]?(0x[\da-f_]+|0o[0-7_]+|0b[01_]+)", re.IGNORECASE), "number"),
    (re.compile(r"[-+]?(\d[\d_]*\.?[\d_]*(e[-+]?\d+)?|\.\d[\d_]*(e[-+]?\d+)?|NaN|Infinity)", re.IGNORECASE), "number"),
    (re.compile(r"true|false"), "boolean"),
    (re.compile(r"null"), "NoneType"),  # papermill's word for it
    (re.compile(STRING, re.DOTALL), "string"),
]


def read_parameters(source):
    """The cell's top-level variables with a default. What cannot be read is left out."""
    found = []
    at = 0
    above = ""  # the comment directly above what follows
    while at < len(source):
        if source[at].isspace():
            above = "" if source.startswith("\n\n", at) else above
            at += 1
        elif match := COMMENTS.match(source, at):
            above = f"{above} {_words(match[0])}".strip()
            at = match.end()
        else:
            match = DECLARATION.match(source, at)
            parts, words, at = _statement(source, match.end() if match else at)
            if match:
                words[0] = words[0] or above
                read = [_parameter(*each) for each in zip(parts, words, strict=True)]
                found += [each for each in read if each]
            above = ""
    return found


def _statement(source, start):
    """The statement from `start` on, cut at its top-level commas; the comment behind each part; where the next begins."""
    parts, words = [""], [""]
    depth = 0
    angle = 0  # depth of type arguments, which hold commas as well
    for match in TOKEN.finditer(source, start):
        token = match[0]
        if match["comment"]:
            # Behind a comma, it is about what stood before.
            words[-2 if len(parts) > 1 and parts[-1].strip(" ") == "" else -1] = _words(token)
            continue
        if match["string"]:
            parts[-1] += token
            continue
        depth -= token in ")]}"
        if depth < 0 or (depth == 0 and token == ";"):
            behind = COMMENT_BEHIND.match(source, match.end())
            words[-1] = _words(behind[1]) if behind else words[-1]
            return parts, words, (behind or match).end()
        if token == "\n":
            if depth == 0 and _ends(parts[-1], source[match.end() :]):
                return parts, words, match.end()
            words[-1] = ""
        if depth == 0 and token == "<" and parts[-1][-1:].isidentifier():
            angle += 1
        elif depth == 0 and token == ">" and angle > 0 and not parts[-1].endswith("="):
            angle -= 1
        depth += token in "([{"
        if token == "," and depth == angle == 0:
            parts.append("")
            words.append("")
        else:
            parts[-1] += token
    return parts, words, len(source)


def _ends(before, after):
    return not (
        before.strip() == ""
        or before.rstrip().endswith(GOES_ON_AFTER)
        or COMMENTS.sub("", after).lstrip().startswith(GOES_ON_BEFORE)
    )


def _parameter(text, words):
    match = NAME.match(text)
    if not match:
        return None  # a pattern, whose parts have no defaults of their own
    type_name, default = _type_and_default(text[match.end() :])
    if default is None:
        return None
    inferred = type_name or next((name for form, name in LITERAL_TYPES if form.fullmatch(default)), "None")
    return Parameter(name=match[1], inferred_type_name=inferred, default=default, help=words)


def _type_and_default(rest):
    """Splits `: type = default` at its own `=`: neither one within brackets nor that of an arrow."""
    depth = 0
    for match in TOKEN.finditer(rest):
        depth += (match[0] in "([{") - (match[0] in ")]}")
        if depth == 0 and match[0] == "=" and rest[match.end() : match.end() + 1] != ">":
            return rest[: match.start()].strip().removeprefix(":").strip(), rest[match.end() :].strip()
    return "", None


def _words(comment):
    inner = re.sub(r"^/\*+|\*/$|^//", "", comment)
    return " ".join(line.strip().lstrip("*").strip() for line in inner.splitlines()).strip()
