"""Commands of the site. Django is set up when one of them runs, never before: reading papers needs none."""
