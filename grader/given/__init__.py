"""Files that people write and give to the grader by name: texts of any editor, and lists of any spreadsheet."""
