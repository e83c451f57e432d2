"""Schema: options, specs, roles, class names, labels, weights, slices. Pure, no reading."""
