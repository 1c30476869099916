"""Cellar's Python side: carries the JupyterLab extension and teaches papermill TypeScript."""
