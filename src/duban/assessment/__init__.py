"""Assessment (考核): the month's facts become scores, scores a ranking, rankings the year's result."""
