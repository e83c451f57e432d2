"""Files in the shapes that people have, drawn at random with the truth beside them."""
