"""What inspections go by: days, the draw of check lists, warnings, refusals."""
