"""What is done with papers: drafted, edited, signed, issued, archived; words and templates of the office."""
