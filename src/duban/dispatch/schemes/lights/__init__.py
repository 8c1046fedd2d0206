"""Lights (亮灯): the state of a task on a day, from facts, by a scheme, with the reason."""
