"""Strict YAML: one reader for source, KPI and plan files, with errors an editor of the file can act on."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from etl.errors import DocumentError


class Document(BaseModel):
    """Base of everything that is read from YAML; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


# The loader in C reads the sources in a tenth of the time; it comes with PyYAML's wheels and not with every build.
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506 (a SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DocumentError(f"{path.name}: not readable as YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise DocumentError(f"{path.name}: the file must hold keys and values.")
    return content


def read_document(path: Path, model: type[M], content: dict[str, Any] | None = None) -> M:
    """Return the file as `model`. Raises DocumentError that lists every faulty key at once."""
    try:
        return model.model_validate(read_mapping(path) if content is None else content)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc'])) or 'file'}: {_in_words(fault)}" for fault in error.errors()]
        raise DocumentError(f"{path.name}: {len(faults)} to mend. " + "; ".join(faults)) from error


def _in_words(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "unknown key; remove it or correct its spelling"
    if fault["type"] == "missing":
        return "missing"
    return str(fault["msg"])
