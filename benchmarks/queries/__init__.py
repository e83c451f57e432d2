"""One module per library: the work of `xent eval` as a competent user of each would write it."""
