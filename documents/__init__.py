"""Makes documents of data: HTML, PDF and workbooks, by templates that run apart, with nothing in reach."""
