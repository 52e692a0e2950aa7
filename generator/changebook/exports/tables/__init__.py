"""Tables as CSV, XLSX and text, from one list of columns; it computes no value itself."""
