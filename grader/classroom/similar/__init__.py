"""Which submissions of a class have much in common that the course did not give: for people to read side by side."""
