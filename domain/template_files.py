"""The names of a template's files; apart from the data, whose models take longer to load than a document to render."""

HTML_FILE, PDF_FILE, SHEETS_FILE, WORDS_FILE = "document.html.j2", "document.typ.j2", "workbook.yaml", "words.yaml"
TEMPLATE_FILES = (HTML_FILE, PDF_FILE, SHEETS_FILE, WORDS_FILE)
"""One for each format, and the words of both languages, which all of them use."""
