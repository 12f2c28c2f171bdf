"""Files of secrets: JSON that is read once, and of which no error shows anything."""

import json
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")


class SecretsUnusable(Exception):
    """The file of secrets, or one secret in it, can't be used; `str()` says why, and shows none."""


def read_secrets_file(file: Path, form: TypeAdapter[T]) -> T:
    """The file's content in that form. Raises SecretsUnusable."""
    try:
        return form.validate_python(json.loads(file.read_text(encoding="utf-8")))
    except ValidationError:
        why = "it must be a JSON object of texts, in the form that docs/operations.md shows"
    except OSError as error:
        why = error.strerror or type(error).__name__
    except ValueError:
        why = "it is no JSON in UTF-8"
    raise SecretsUnusable(f"{file} can't be read: {why}")
