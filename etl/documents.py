"""Strict YAML: one reader for source, KPI and plan files, with errors an editor of the file can act on."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from etl.errors import DocumentError


class Document(BaseModel):
    """Base of everything that is read from YAML; unknown keys are refused, and numbers that are none (NaN)."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)


# The loader in C reads the sources in a tenth of the time; it comes with PyYAML's wheels and not with every build.
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What an entry of a list is known by, where it says so itself: "rows.3 (nd_list_size)".
_NAMES = ("kpi", "key", "ref", "area", "id", "role")


class _StrictLoader(_Loader):  # type: ignore[misc, valid-type]  # chosen when the module loads
    """YAML without silent repeats: the second of two equal keys is an error, not the winner."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key, (key_node, _) in zip(keys, node.value, strict=True):
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f'key "{key}" is given twice', key_node.start_mark)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


M = TypeVar("M", bound=BaseModel)


def read_mapping(path: Path) -> dict[str, Any]:
    """Return the mapping a YAML file holds. Raises DocumentError with the file's name and line."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506 (a SafeLoader) # nosec B506
    except FileNotFoundError as error:
        raise DocumentError(f"{path.name}: there is no such file in {path.parent}. Put it there.") from error
    except (yaml.YAMLError, UnicodeDecodeError, OSError, ValueError, RecursionError) as error:
        # ValueError: YAML takes 2023-99-01 for a date and finds that it is none.
        raise DocumentError(f"{path.name}: not readable as YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise DocumentError(f"{path.name}: the file must hold keys and values.")
    return content


def read_document(path: Path, model: type[M], content: dict[str, Any] | None = None) -> M:
    """Return the file as `model`. Raises DocumentError that lists every faulty key at once."""
    content = read_mapping(path) if content is None else content
    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = [f"{_place(content, fault['loc'])}: {_in_words(fault)}" for fault in error.errors()]
        raise to_mend(path.name, faults) from error


def to_mend(name: str, faults: Iterable[str]) -> DocumentError:
    """Return the error that lists everything to mend in a file."""
    listed = list(faults)
    return DocumentError(f"{name}: {len(listed)} to mend. " + "; ".join(listed))


def _place(content: object, keys: Iterable[object]) -> str:
    """Return the way to a faulty key, "rows.3 (nd_list_size).baseline.value"; entries of a list count from 0."""
    words = []
    for key in keys:
        inside = content[key] if isinstance(content, list) and isinstance(key, int) and key < len(content) else None
        named = next((inside[name] for name in _NAMES if inside.get(name)), None) if isinstance(inside, dict) else None
        words.append(str(key) if named is None else f"{key} ({named})")
        content = inside if inside is not None else content.get(key) if isinstance(content, dict) else None
    return ".".join(words) or "file"


def _in_words(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "unknown key; remove it or correct its spelling"
    if fault["type"] == "missing":
        return "missing"
    return str(fault["msg"]).removeprefix("Value error, ")
