"""Renders workbooks: `workbook.yaml` says which sheets there are, of which rows, with which columns.

What a column shows is an expression of the template language, which gives the value itself: a time stays a time, a
number a number. Text is written as text whatever it looks like, so that no cell is ever a formula.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from typing import Annotated, Any

import xlsxwriter
import yaml
from jinja2 import Undefined
from jinja2.environment import TemplateExpression
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from xlsxwriter.format import Format as CellFormat
from xlsxwriter.worksheet import Worksheet

from documents.faults import TemplateFault, TooLarge
from documents.showing import visible
from documents.texts import Task, environment, faults_of, shown
from domain.template_files import SHEETS_FILE

_LONGEST_CELL = 32_000
"""Characters; a spreadsheet holds 32,767. What is longer goes on in the rows below."""
_MOST_ROWS = 1_000_000
_FIRST_DAY = datetime(1900, 3, 1)  # noqa: DTZ001  cells have no zone
"""Before that, spreadsheets do not agree which day a number is."""
_DAY = 86_400


class CellForm(StrEnum):
    """The forms of a cell: a moment is a local time, a duration comes in seconds."""

    TEXT = "text"
    MOMENT = "moment"
    DURATION = "duration"
    NUMBER = "number"


_NUMBER_FORMATS = {CellForm.MOMENT: "yyyy-mm-dd hh:mm:ss", CellForm.DURATION: "[h]:mm:ss", CellForm.NUMBER: "0"}


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Strict):
    """One column: its heading (a word), the expression of its value, its width in characters, its form."""

    heading: str
    value: str
    width: Annotated[float, Field(gt=0, le=255)] = 20
    form: CellForm = CellForm.TEXT


class Fact(Strict):
    """One row of a sheet of facts."""

    heading: str
    value: str
    form: CellForm = CellForm.TEXT


class Sheet(Strict):
    """One sheet: a row for each of `rows`, which `columns` see as `row`; or a list of facts."""

    title: str
    rows: str | None = None
    columns: tuple[Column, ...] = ()
    facts: tuple[Fact, ...] = ()


class Sheets(Strict):
    sheets: Annotated[tuple[Sheet, ...], Field(min_length=1, max_length=20)]


@dataclass(frozen=True)
class Cell:
    """A value to write, and its form."""

    value: Any
    form: CellForm = CellForm.TEXT


@dataclass
class Book:
    """The workbook under way: its formats, and the expressions of the template."""

    task: Task
    sandbox: ImmutableSandboxedEnvironment
    formats: Mapping[CellForm, CellFormat]
    heading: CellFormat
    lines: Sequence[str]

    def value(self, expression: str, said: str | None = None) -> Any:
        """The value of an expression, which stands in the file as `said`. Raises TemplateFault."""
        return self._run(self._compiled(expression, said or expression), expression, said)

    def word(self, name: str) -> str:
        """The word of that name. Raises TemplateFault."""
        return str(self.value(f"words[{name!r}]", name))

    def rows(self, told: Sheet) -> Iterator[list[Cell]]:
        """The cells of each row; all of a row are one expression, for a tenth of the time. Raises TemplateFault."""
        alone = [self._compiled(each.value, each.value) for each in told.columns]
        together = f"[{', '.join(f'({each.value})' for each in told.columns)}]"
        compiled = self._compiled(together, told.title)
        for row in self.value(f"({told.rows}) | list", told.rows):
            try:
                values = self._run(compiled, together, told.title, row)
            except TemplateFault:
                for one, each in zip(alone, told.columns, strict=True):  # the one that fails says its line
                    self._run(one, each.value, None, row)
                raise
            yield [Cell(value, each.form) for value, each in zip(values, told.columns, strict=True)]

    def _compiled(self, expression: str, said: str) -> TemplateExpression:
        with faults_of(SHEETS_FILE, self._line_of(said)):
            return self.sandbox.compile_expression(expression, undefined_to_none=False)

    def _run(self, compiled: TemplateExpression, expression: str, said: str | None, row: Any = None) -> Any:
        with faults_of(SHEETS_FILE, self._line_of(said or expression)):
            value = compiled(self.task.variables, row=row)
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, Undefined):
                    str(each)  # raises what is not defined
            return value

    def _line_of(self, said: str) -> int | None:
        return next((number for number, line in enumerate(self.lines, 1) if said in line), None)

    def write(self, sheet: Worksheet, number: int, cells: list[Cell]) -> int:
        """Write a row, and further ones for what is too long for a cell; the number of the next."""
        parts = [list(_parts(shown(cell.value))) for cell in cells]
        height = max(map(len, parts), default=0)
        if number + height > _MOST_ROWS:
            raise TooLarge
        for column, (cell, said) in enumerate(zip(cells, parts, strict=True)):
            for offset, part in enumerate(said):
                self._write(sheet, number + offset, column, Cell(part, cell.form))
        return number + height

    def _write(self, sheet: Worksheet, number: int, column: int, cell: Cell) -> None:
        value, form = cell.value, cell.form
        if value == "":
            return
        if form is CellForm.MOMENT and value and (at := self.task.clock.at(str(value))) >= _FIRST_DAY:
            sheet.write_datetime(number, column, at, self.formats[form])
        elif form is CellForm.DURATION and isinstance(value, int):
            sheet.write_number(number, column, value / _DAY, self.formats[form])
        elif form is CellForm.NUMBER and isinstance(value, int | float):
            sheet.write_number(number, column, value, self.formats[form])
        else:
            sheet.write_string(number, column, visible(str(value)), self.formats[CellForm.TEXT])


def xlsx(task: Task) -> bytes:
    """The document as a workbook; the same bytes for the same task."""
    told, file = _sheets(task.files[SHEETS_FILE]), BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as made:
        made.set_properties({"title": task.variables["words"].get("title", ""), "created": task.clock.at(task.made_at)})
        wrapped = {"valign": "top", "text_wrap": True}
        formats = {form: made.add_format(wrapped | _number_format(form)) for form in CellForm}
        heading = made.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EDF3", "valign": "top"})
        sandbox = environment(task.clock, autoescape=False, finalize=shown)
        book = Book(task, sandbox, formats, heading, task.files[SHEETS_FILE].splitlines())
        for sheet in told.sheets:
            _fill(book, made, sheet)
    return file.getvalue()


def _number_format(form: CellForm) -> dict[str, Any]:
    return {"num_format": _NUMBER_FORMATS[form]} if form in _NUMBER_FORMATS else {}


def _sheets(text: str) -> Sheets:
    """Reads what the workbook is made of. Raises TemplateFault."""
    try:
        return Sheets.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise TemplateFault(SHEETS_FILE, mark.line + 1 if mark else None, "This is no YAML") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise TemplateFault(SHEETS_FILE, None, f"{where}: {first['msg']}") from error


def _fill(book: Book, made: xlsxwriter.Workbook, told: Sheet) -> None:
    """Add one sheet: its heading stays in sight and is printed on each page."""
    try:
        sheet = made.add_worksheet(book.word(told.title))
    except xlsxwriter.exceptions.XlsxWriterException as error:
        raise TemplateFault(SHEETS_FILE, None, str(error)) from error
    columns = told.columns or _FACTS
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
        sheet.write_string(0, number, book.word(column.heading), book.heading)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    row = 1
    for cells in _rows(book, told):
        row = book.write(sheet, row, cells)
    if told.columns:
        sheet.autofilter(0, 0, row - 1, len(columns) - 1)


_FACTS = (Column(heading="field", value="", width=30), Column(heading="value", value="", width=90))


def _rows(book: Book, told: Sheet) -> Iterator[list[Cell]]:
    for fact in told.facts:
        yield [Cell(book.word(fact.heading)), Cell(book.value(fact.value), fact.form)]
    if told.rows is not None:
        yield from book.rows(told)


def _parts(value: Any) -> Iterator[Any]:
    """The value, or the pieces of a text that is too long for a cell."""
    if not isinstance(value, str) or len(value) <= _LONGEST_CELL:
        yield value
        return
    for start in range(0, len(value), _LONGEST_CELL):
        yield value[start : start + _LONGEST_CELL]
