"""Render: a report as a document. One pure function a format, from Report and View to text."""
