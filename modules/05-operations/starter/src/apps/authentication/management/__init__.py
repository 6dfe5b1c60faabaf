"""What an operator does with sessions by hand."""
