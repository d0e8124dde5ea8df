"""Whether one group is served worse than another: pure statistics over arrays. Knows no table and no clock."""
