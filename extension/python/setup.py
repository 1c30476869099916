"""Adds the built JupyterLab extension to the package, and takes its version."""

import atexit
import json
import os
import shutil
import tempfile
from pathlib import Path

from setuptools import setup

HERE = Path(__file__).resolve().parent
EXTENSION = HERE.parent.parent / "dist" / "labextension"
INSTALLED = "share/jupyter/labextensions/cellar-lab"

if not (EXTENSION / "package.json").is_file():
    raise SystemExit(f"Cannot build cellar-lab: {EXTENSION} is missing; run npm run build")

files: dict[str, list[str]] = {INSTALLED: ["install.json"]}
for path in sorted(EXTENSION.rglob("*")):
    if path.is_file():
        folder = Path(INSTALLED, path.parent.relative_to(EXTENSION)).as_posix()
        files.setdefault(folder, []).append(os.path.relpath(path, HERE))

# Built elsewhere: the sources may lie in a folder that is not the builder's to write.
scratch = tempfile.mkdtemp(prefix="cellar-lab-")
atexit.register(shutil.rmtree, scratch, ignore_errors=True)
setup(
    version=json.loads((EXTENSION / "package.json").read_text())["version"],
    data_files=sorted(files.items()),
    options={"build": {"build_base": scratch}, "egg_info": {"egg_base": scratch}},
)
