"""Files in the shapes that people have, each with its commands and the right answer."""
