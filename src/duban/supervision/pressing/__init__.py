"""How orders press: the levels, their days, when one leads to the next. Rules are data; everything here is pure."""
