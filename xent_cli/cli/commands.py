"""Commands: their names, and what each is for in one sentence, known without loading any."""

COMMANDS = {
    "eval": "Measure the cross entropy of PREDS, per class and overall.",
    "gate": "Check PREDS against rules in CI. The exit code is the verdict.",
    "compare": "Compare models row by row, with a confidence interval for each difference.",
    "calibrate": "Check if probabilities are calibrated, and what a temperature would gain.",
    "rows": "List the rows with the highest loss. Their labels may be wrong.",
    "explain": "Show where the loss comes from: classes, pairs, rows, eps, rounding.",
    "show": "Show a SAVED result again, in any format.",
    "merge": "Merge the REPORTs or calibrations of shards, exactly.",
    "config": "Show the options of COMMAND in this folder, and where each is set.",
}
