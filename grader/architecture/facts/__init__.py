"""What one module of Python says, found in the child from its syntax tree. Standard library only; nothing runs."""
