"""Files in the shapes that people have, drawn at random with the truth beside them.

`problem` draws classes, probabilities and labels, and computes the figure before a file is written.
`family` puts one family of columns into files with anything around it. `tools` and `arrays` write
what known tools write, `texts` odd text files. `traps`, `neighbours` and `doubts` are shapes in
which a hasty reader gets a plausible number that is wrong. `drawing` deals them in turn.

`test_shapes` tries 300. For more, with a report by kind, say in tests/:
python -m shapes.try_shapes --seed 7 --count 2000
"""
