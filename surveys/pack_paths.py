"""Files beside a pack."""

from pathlib import Path

from surveys.toml_tables import TomlTable


def path_inside(table: TomlTable, folder: Path) -> Path:
    """Return the path that the key `file` names, which must lie in the pack's own folder."""
    path = (folder / table.text("file")).resolve()
    if not path.is_relative_to(folder.resolve()):
        table.report("file", "the CSV file must lie in the same folder as the pack or below it")
    return path
