"""Runs a notebook on a result folder; ends with the error of the first cell that fails."""

import os
import sys

import nbformat
from nbclient import NotebookClient

notebook, results = sys.argv[1], os.path.abspath(sys.argv[2])
document = nbformat.read(notebook, as_version=4)
nbformat.validate(document)
os.environ["RESULTS"] = results
NotebookClient(document, timeout=300, kernel_name="python3").execute()
pictures = [
    output
    for cell in document.cells
    if cell.cell_type == "code"
    for output in cell.outputs
    if "image/png" in output.get("data", {})
]
assert pictures, "no figure was drawn"
