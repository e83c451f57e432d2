"""Commands: their names, and what each is for in one sentence, known without loading any."""

COMMANDS = {
    "eval": "Measure the cross entropy of PREDS, per class and overall.",
    "gate": "Judge PREDS by rules, for CI: the exit code is the verdict.",
    "compare": "Compare models row by row, with the error of each difference.",
    "calibrate": "Say whether probabilities are honest, and what that would gain.",
    "rows": "List the rows with the highest loss: labels that may be wrong.",
    "explain": "Say where the loss is: classes, pairs, rows, eps, rounding.",
    "show": "Draw a SAVED result again, in any format that it has.",
    "merge": "Add up the REPORTs of shards, exactly.",
    "config": "Show the options of COMMAND here, and where each comes from.",
}
