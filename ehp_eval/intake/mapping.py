"""What a council's `mapping.toml` says of its own files, headers, codes and date styles; every fault found at once.

Shapes and types are pydantic's, as in `ehp_eval.config`; names are held against the contract in `mapping_names`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from ehp_eval.contract import RECORDS, TABLES
from ehp_eval.errors import Finding
from ehp_eval.intake.mapping_names import name_faults
from ehp_eval.intake.nearest import nearest
from ehp_eval.intake.source import DateStyle
from ehp_eval.settings_types import Text

FILE = "mapping.toml"
Codes = dict[Text, Text]

_WHOLE_TABLE = ""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TableMapping(_Part):
    """How one table is written: `[referrals]` and what stands below it.

    Attributes
    ----------
    files : tuple of str
        Inside the council's folder; without any, the table is where the contract says.
    sheet : str or None
        Of a workbook.
    header_row : int
        Counted from 1.
    dates : dict of DateStyle
        By column of the contract; "" is every other one. `style` answers for a column.
    drop : tuple of str
        Own headers of columns that may not come in.
    other_columns : str
        What becomes of columns that neither the contract nor the mapping names.
    birth_dates : str
        What becomes of full dates of birth in a column of months.
    columns : dict of str
        The council's own header by column of the contract.
    codes : dict of dict of str
        Codes of the contract by the council's own, by column of the contract.
    """

    files: tuple[Text, ...] = ()
    sheet: Text | None = None
    header_row: Annotated[int, Field(ge=1)] = 1
    dates: dict[Text | Literal[""], DateStyle] = {}
    drop: tuple[Text, ...] = ()
    other_columns: Literal["refuse", "drop"] = "refuse"
    birth_dates: Literal["refuse", "month"] = "refuse"
    columns: dict[Text, Text] = {}
    codes: dict[Text, Codes] = {}

    @field_validator("dates", mode="before")
    @classmethod
    def _one_style(cls, given: object) -> object:
        return {_WHOLE_TABLE: given} if isinstance(given, str) else given

    def style(self, column: str) -> DateStyle | None:
        """Return the style that is declared for a column of dates or months; None where none is."""
        return self.dates.get(column, self.dates.get(_WHOLE_TABLE))


class Pseudonyms(_Part):
    """Where the key is with which ids are replaced on entry: `[pseudonyms]`."""

    key_variable: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    key_file: Text | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Pseudonyms:
        if bool(self.key_variable) == bool(self.key_file):
            raise ValueError("it takes key_variable or key_file, one of them and not both")
        return self


class Linking(_Part):
    """How records are linked beyond exact ids: `[linking]`."""

    by_details: bool = False


class ReturnFiles(_Part):
    """Files in the layout of the SSDA903 return: `[ssda903]`.

    Attributes
    ----------
    episodes, header : tuple of str
        Files inside the council's folder.
    sheet : str or None
        Of workbooks.
    header_row : int
        Counted from 1, the same in all files.
    dates : DateStyle
    columns : dict of str
        The header in these files by that of the return, where they differ.
    codes : dict of dict of str
        Codes of the contract by those of these files, by column of the contract.
    """

    episodes: Annotated[tuple[Text, ...], Field(min_length=1)]
    header: tuple[Text, ...] = ()
    sheet: Text | None = None
    header_row: Annotated[int, Field(ge=1)] = 1
    dates: DateStyle = "uk"
    columns: dict[Text, Text] = {}
    codes: dict[Text, Codes] = {}


class Mapping(_Part):
    """`mapping.toml`.

    Attributes
    ----------
    tables : dict of TableMapping
        By the contract's name, those that the file names; `table` answers for any.
    unknown : tuple of str
        Further markers of unknown.
    codes : dict of str
        Codes of the contract by the council's own, for every column whose codes hold them.
    empty : tuple of str
        Tables without rows because there was nothing.
    pseudonyms : Pseudonyms or None
        None where ids stay as they are.
    linking : Linking
    ssda903 : ReturnFiles or None
    """

    tables: dict[str, TableMapping] = {}
    unknown: tuple[Text, ...] = ()
    codes: Codes = {}
    empty: tuple[Text, ...] = ()
    pseudonyms: Pseudonyms | None = None
    linking: Linking = Linking()
    ssda903: ReturnFiles | None = None

    def table(self, name: str) -> TableMapping:
        """Return what is said of a table, or the defaults."""
        return self.tables.get(name, TableMapping())


_SETTINGS = tuple(name for name in Mapping.model_fields if name != "tables")
_Model = TypeVar("_Model", bound=_Part)


def read_mapping(folder: Path) -> tuple[Mapping, list[Finding]]:
    """Read `mapping.toml` of a council's folder.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    mapping : Mapping
        Without the parts that have faults; the defaults where there is no such file.
    findings : list of Finding
        Every fault, by its key.
    """
    path = folder / FILE
    if not path.exists():
        return Mapping(), []
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        return Mapping(), [Finding(FILE, "", "encoding", "the file is not UTF-8 text: save it again as UTF-8")]
    except OSError:
        return Mapping(), [
            Finding(FILE, "", "unreadable", "the file cannot be read: close it elsewhere, or replace it")
        ]
    except (ValueError, RecursionError) as error:
        words = "nested too deeply" if isinstance(error, RecursionError) else "a number is too long"
        words = str(error) if isinstance(error, tomllib.TOMLDecodeError) else words
        return Mapping(), [Finding(FILE, "", "syntax", f"this is not TOML ({words}): mend that line")]
    findings: list[Finding] = []
    parts: dict[str, Any] = {}
    tables: dict[str, TableMapping] = {}
    for key, value in content.items():
        if any(key == contract.name for contract in RECORDS):
            if table := _validated(TableMapping, value, key, findings):
                tables[key] = table
        elif key in _SETTINGS:
            if part := _validated(Mapping, {key: value}, "", findings):
                parts[key] = getattr(part, key)
        elif key in TABLES:
            message = "tables of published figures are read as they are: remove it"
            findings.append(Finding(FILE, key, "unknown table", message))
        else:
            near = nearest(key, [*(contract.name for contract in RECORDS), *_SETTINGS])
            message = f"no such table or setting is known{near}: correct its name or remove it"
            findings.append(Finding(FILE, key, "unknown table", message))
    findings += [Finding(FILE, key, rule, message) for key, rule, message in name_faults(content)]
    return Mapping(tables=tables, **parts), findings


def _validated(model: type[_Model], content: object, within: str, findings: list[Finding]) -> _Model | None:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        for fault in error.errors(include_input=False, include_context=False):
            path = [within, *(str(part) for part in fault["loc"])]
            findings.append(_finding(".".join(part for part in path if part), fault["type"], fault["msg"], model))
        return None


def _finding(key: str, kind: str, message: str, model: type[_Part]) -> Finding:
    key = key.removesuffix(".[key]")
    if kind == "extra_forbidden":
        return Finding(FILE, key, "unknown key", _unknown_key(*key.rpartition(".")[::2], model))
    if kind == "missing":
        return Finding(FILE, key, "missing", "the setting is missing: add it")
    said = _SHAPES.get(kind) or message.removeprefix("Value error, ").replace("Input", "it").replace("String", "it")
    return Finding(FILE, key, "wrong value", f"{said[:1].lower()}{said[1:]}: correct the value")


def _unknown_key(within: str, key: str, model: type[_Part]) -> str:
    table = TABLES.get(within)
    if table and any(column.name == key for column in table.columns):
        return f"a column stands one level below: put it under [{within}.columns]"
    if key in _SETTINGS and within:
        return f"it belongs to the whole file: put it above [{within}] and every other line in square brackets"
    parts: dict[str, type[_Part]] = {"pseudonyms": Pseudonyms, "linking": Linking, "ssda903": ReturnFiles}
    near = nearest(key, parts.get(within, model).model_fields)
    return f"there is no such setting{near}: check its spelling or remove it"


_SHAPES = {
    "tuple_type": 'write a list in square brackets, such as ["one", "two"]',
    "string_type": "write text in quotes",
    "dict_type": 'write pairs, such as "Own name" = "name", under their own line in square brackets',
    "model_type": "write its settings under their own line in square brackets",
    "string_too_short": "it is blank",
    "string_pattern_mismatch": "it is no name of a variable: use letters, digits and underscores",
    "too_short": "name at least one file",
}
