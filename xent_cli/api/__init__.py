"""API: the verbs, one per file. `xent_cli` exports them."""
