"""`python -m ehp_eval.synthetic data`: writes the records of `data/synthetic.toml` to `data/records/`."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from ehp_eval.errors import ArgumentError, EhpError
from ehp_eval.synthetic import generate, write


def main(arguments: list[str]) -> int:
    """Write a council's synthetic records and return the exit code."""
    try:
        if len(arguments) != 1 or not (Path(arguments[0]) / "synthetic.toml").is_file():
            raise ArgumentError(
                "Name one folder that holds a synthetic.toml, such as: python -m ehp_eval.synthetic data"
            )
        folder = Path(arguments[0])
        made = generate(tomllib.loads((folder / "synthetic.toml").read_text(encoding="utf-8")))
        write(made, folder / "records")
    except EhpError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(f"{folder / 'records'}: {len(made)} tables, {sum(map(len, made.values()))} rows")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
