"""Renders Jinja2 templates to text, in a sandbox: plain values in, a few filters, nothing to import."""

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import yaml
from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from documents.faults import TemplateFault, TooLarge
from documents.showing import Clock, visible
from domain.template_files import HTML_FILE, WORDS_FILE

_FILTERS = {
    *("abs", "batch", "capitalize", "default", "dictsort", "escape", "first", "groupby", "int", "join", "last"),
    *("length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "replace", "reverse", "round", "select"),
    *("selectattr", "sort", "string", "sum", "trim", "truncate", "unique", "upper"),
}
"""The filters of Jinja2 that templates have: none that makes markup of text, or reaches into objects."""

_REFUSED = (
    nodes.Include,
    nodes.Import,
    nodes.FromImport,
    nodes.Extends,
    nodes.EvalContextModifier,
    nodes.ScopedEvalContextModifier,
)
"""The nodes that no template may have: those that read other files, or do without escaping."""


@dataclass(frozen=True)
class Task:
    """One document to make: the template's files, the variables, the words of its language, a receipt to attach."""

    files: dict[str, str]
    variables: dict[str, Any]
    clock: Clock
    made_at: str
    receipt: str | None = None

    @classmethod
    def of(cls, asked: dict[str, Any], clock: Clock) -> Self:
        """The task as the process was asked. Raises TemplateFault for words that can't be read."""
        data, language = asked["data"], asked["language"]
        added = {
            "words": words(asked["files"][WORDS_FILE], language),
            "language": language,
            "version": asked["version"],
        }
        return cls(asked["files"], data | added, clock, data["made_at"], asked.get("receipt"))


def words(text: str, language: str) -> dict[str, str]:
    """The words of the language. Raises TemplateFault."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise TemplateFault(WORDS_FILE, mark.line + 1 if mark else None, "This is no YAML") from error
    said = found.get(language) if isinstance(found, dict) else None
    if not isinstance(said, dict) or not all(isinstance(each, str) for pair in said.items() for each in pair):
        raise TemplateFault(WORDS_FILE, None, f"`{language}` must hold words, each with its text")
    return said


def environment(clock: Clock, *, autoescape: bool, finalize: Callable[[Any], Any]) -> ImmutableSandboxedEnvironment:
    """The sandbox in which templates run."""
    made = ImmutableSandboxedEnvironment(
        autoescape=autoescape, undefined=StrictUndefined, finalize=finalize, trim_blocks=True, lstrip_blocks=True
    )
    made.filters = {name: each for name, each in made.filters.items() if name in _FILTERS} | clock.filters()
    made.globals = {"range": made.globals["range"]}
    return made


def rendered(made: ImmutableSandboxedEnvironment, file: str, task: Task) -> str:
    """The text that the file makes of the task. Raises TemplateFault."""
    with faults_of(file):
        return _compiled(made, file, task.files[file]).render(task.variables)


def _compiled(made: ImmutableSandboxedEnvironment, file: str, source: str) -> Template:
    for refused in made.parse(source, filename=file).find_all(_REFUSED):
        raise TemplateFault(file, refused.lineno, "A template takes in no other file, and always escapes")
    code = made.compile(source, filename=file)
    return Template.from_code(made, code, made.globals)


@contextmanager
def faults_of(file: str, line: int | None = None) -> Iterator[None]:
    """Says of whatever a template stumbles over where that was: `line` where nothing more is known."""
    try:
        yield
    except (TemplateFault, TooLarge, MemoryError):
        raise
    except TemplateSyntaxError as error:
        raise TemplateFault(file, line or error.lineno, error.message or "The syntax is wrong") from error
    except RecursionError as error:
        raise TemplateFault(file, line, "It is nested too deeply, or calls itself") from error
    except Exception as error:  # a template is a program: it can fail in any way that programs do
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
        raise TemplateFault(file, lines[-1] if lines else line, str(error) or type(error).__name__) from error


def html(task: Task) -> bytes:
    """The document as a page."""
    made = environment(task.clock, autoescape=True, finalize=shown)
    return rendered(made, HTML_FILE, task).encode()


def shown(value: Any) -> Any:
    """The value as it is printed: nothing for none, text with what hides in it made visible."""
    if value is None:
        return ""
    return visible(value) if type(value) is str else value
