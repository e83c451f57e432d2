"""Outcome: whether the names of a probability and of a label speak of the same thing.

Looks at names only. With labels 0 and 1 nothing but names says what is 1: ``prob_survival`` beside
``died`` is the probability of 0. A name that says nothing (``prob``, ``xgb_score``) is taken for
the label's own; one that says something else than the label's is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile
from typing import Literal

from xent_cli.errors import InputError, LabelError, option
from xent_cli.pipeline.interpretation.question import Question, spaced
from xent_cli.pipeline.interpretation.reading import Interpretation
from xent_cli.schema.class_names import polarity

Relation = Literal["same", "opposite", "unknown"]

_MODELS = (
    "ensemble|ens|blend|blended|stack|stacked|stacking|meta|model|models|base|"
    "baseline|candidate|champion|challenger|prod|clf|classifier|learner|cal|calib|"
    "calibrated|uncalibrated|isotonic|platt|temp|temperature|sigmoid|softmax|lr|"
    "logreg|logistic|logit|regression|glm|glmnet|lm|linear|sgd|gbm|gb|gbt|gbdt|"
    "gbc|boosting|boosted|hgb|xgb|xgboost|lgb|lgbm|lightgbm|catboost|cb|ada|"
    "adaboost|rf|forest|random|extra|trees|et|tree|dt|cart|knn|svm|svc|nb|"
    "bayes|naive|nn|dnn|mlp|ann|cnn|rnn|lstm|gru|net|network|neural|resnet|"
    "vit|bert|roberta|deberta|distilbert|gpt|llm|llama|transformer|deep|tabnet|"
    "automl|autogluon|drf|ridge|lasso|elastic|gam|gp|lda|qda|keras|torch|"
    "sklearn|mars|pls|svr|human|expert|rater"
)
"""Words that say which model a column is of."""

_NOTHING = re.compile(
    r"p|pr|prob|probs|proba|probas|probability|probabilities|likelihood|chance|"
    r"odds|posterior|conf|confidence|certainty|pct|perc|percent|percentage|pred|"
    r"preds|predict|predicted|prediction|predictions|score|scores|scored|output|"
    r"outputs|logit|logits|logprob|raw|hat|yhat|y|x|t|q|"
    r"est|estimate|estimated|forecast|value|val|values|col|column|var|result|"
    r"results|response|resp|answer|label|labels|class|classes|target|targets|"
    r"outcome|truth|true|actual|gold|golden|ground|observed|expected|reference|"
    r"event|events|flag|ind|indicator|binary|bin|dummy|case|cases|is|has|had|"
    r"was|will|be|the|a|of|for|to|in|by|at|on|and|or|if|it|this|pos|"
    r"positive|propensity|index|rate|prior|mean|avg|average|median|"
    r"final|best|total|oof|fold|cv|test|train|valid|validation|holdout|dev|"
    r"new|old|current|v|ver|version|norm|normalized|scaled|clipped|smoothed|"
    r"smooth|beta|adjusted|adj|corrected|full|main|single|status|variable|"
    rf"dependent|{_MODELS}"
)
"""Words that say what kind of column it is, or which model it is of, and nothing of a class."""

_SPEAKING = re.compile(
    rf"pre|pd|phat|phats|est|estimate|forecast|fitted|chance|odds|propensity|risk|oof|yhats?|"
    rf"mean|avg|average|median|final|wahrscheinlichkeit|probabilit[eéàa]|probabilidade?|kans|вероятность|"
    rf"確率|概率|{_MODELS}"
)
"""Words of columns that a model wrote, besides those that speak of probabilities."""

_NEGATION = re.compile(r"no|not|non|without|never|un|free|nonevent|none|neg|negative")
_NEGATING = ["non", "not", "un", "in", "im", "ir", "dis", "ab", "a", "no", "de", "mis"]
_GOOD = re.compile(
    r"(?:"
    r"surviv|aliv|live|living|health|well|normal|benign|good|pass|success|"
    r"succeed|legit|genuin|safe|okay|stay|retain|retent|renew|winner|repaid|"
    r"repay|paid|clean|authentic|real|approv|accept|correct|valid|activ|loyal|"
    r"complet|cure|recover|remission|respond|intact|eligible|stable|solvent|"
    r"graduat|promot|hired"
    r").*|"
    r"ham|ok|won|win|pay|fit"
)
_BAD = re.compile(
    r"(?:"
    r"died|dead|death|deceas|mortal|expired|fatal|kill|disease|sick|illness|"
    r"cancer|tumor|tumour|malign|fail|fraud|spam|junk|phish|unsafe|churn|attrit|"
    r"exit|leave|left|lost|lose|loss|default|delinq|chargeoff|bankrupt|insolven|"
    r"anomal|abnormal|attack|intrus|malware|fake|forged|toxic|defect|fault|broken|"
    r"reject|denied|deny|declin|invalid|error|wrong|breach|late|delay|cancel|"
    r"dropout|relaps|readmi|recidiv|stroke|sepsis|diabet|infect|crash|accident|"
    r"quit|turnover|dismiss|damag|outlier|hate|abus|offensiv"
    r").*|"
    r"die|ill|bad|risk|risky|hazard"
)
"""Words of outcomes that people hope for or fear; stems of four letters and more may go on."""

_STEM = 4

_TURNED = re.compile(r"minus|1 ?- ?p|complement|invers|inverted")

_ABSENCE = re.compile(
    r"normal|benign|healthy|ham|legit|legitimate|genuine|authentic|safe|clean|ok|null|absent|"
    r"absence|background|control|nonevent|error|errors|wrong|incorrect|mistake"
)
"""Words of classes that are rather 0, the lack of what labels tell of, or of no class at all."""

_OF_CLASS = re.compile(
    r"^(?:p|pr|prob|probs|proba|probability|likelihood|chance)(?:[^0-9a-z]|$)|(?:^|[^a-z])of "
)
"""How names begin that go on with a class: p_churn, P(churn), probability of churn."""


def opposite_outcome(question: Question, chosen: Interpretation) -> InputError | None:
    """Return an error if a probability is named after something else than labels 0 and 1 are."""
    label = chosen.labels[0]
    if not chosen.binary:
        return _swapped_places(chosen)
    name, (zero, one) = chosen.preds[0], _values(question, chosen)
    if chosen.confidence is not None or polarity(chosen.index.names[0]) == 1:
        return None  # Read as the probability of 0 already, or by what was predicted.
    found = relation(name, label)
    why = f"Its name does not agree with the name of the labels, {label}."
    asked = found == "opposite" or (found == "unknown" and _names_class(name, label))
    if found == "unknown" and _of_absence(name) and not _parted(label)[0]:
        asked, why = True, f"The name of the labels, {label}, does not say what is {one}."
    if not asked and not _TURNED.search(spaced(name)):
        return None
    return LabelError(
        f"Which label is {name} the probability for: {one} or {zero}? {why}",
        hint=f"Use {option('positive', one)} or {option('positive', zero)}.",
    )


def _values(question: Question, chosen: Interpretation) -> tuple[str, str]:
    """Return the labels that stand for no and yes, as they are spelled."""
    found: dict[int, str] = {}
    for value in question.label_values(chosen.labels[0]):
        found[0 if value == "-1" else polarity(value) or 0] = value
    if len(found) == 1:
        return ("0", "1") if "0" in found.values() or "1" in found.values() else ("false", "true")
    return found.get(0, "0"), found.get(1, "1")


def _swapped_places(chosen: Interpretation) -> InputError | None:
    """Return an error if labels 0 and 1, read as places of two columns, belie their names."""
    label = chosen.labels[0]
    family = chosen.family
    if family is None or len(family.middles) != 2:
        return None
    zero, one = (relation(middle, label) for middle in family.middles)
    absent = [_of_absence(middle) for middle in family.middles] == [False, True]
    silent = zero == one == "unknown" and not _parted(label)[0]
    if not (zero == "same" != one or one == "opposite" != zero or (silent and absent)):
        return None
    first, second = family.middles
    return LabelError(
        f"Labels 0 and 1 in {label} would be the first and the second of the columns "
        f"{family.describe()}. Their names suggest the opposite.",
        hint=(
            f"Use {option('pred_cols', ','.join(chosen.preds[::-1]))} if 1 is {first}, or "
            f"{option('classes', f'{first},{second}')} if 1 is {second}."
        ),
    )


def relation(name: str, label: str) -> Relation:
    """Say whether two names speak of the same outcome, of opposite ones, or leave it open.

    Examples
    --------
    >>> relation("prob_survival", "died"), relation("p_churn", "Churned"), relation("p_a", "sex")
    ('opposite', 'same', 'unknown')
    >>> relation("p_inactive", "is_active"), relation("death_prob", "died")
    ('opposite', 'same')
    """
    (ours, noes), (theirs, others) = _parted(name), _parted(label)
    turned = (noes + others) % 2 == 1
    alike = any(_akin(a, b) for a in ours for b in theirs)
    contrary = any(_negates(a, b) or _negates(b, a) for a in ours for b in theirs)
    if alike or contrary:
        return "opposite" if turned != (contrary and not alike) else "same"
    sides = [_value(ours), _value(theirs)]
    if 0 in sides:
        return "unknown"
    return "opposite" if turned != (sides[0] != sides[1]) else "same"


def speaks_of_outcome(name: str) -> bool:
    """Say whether a name is that of a model, or of an outcome that people hope for or fear.

    Examples
    --------
    >>> [speaks_of_outcome(name) for name in ("xgb2", "fraud", "humidity", "hazard_ratio")]
    [True, True, False, False]
    """
    words = re.findall(r"[^\W\d_]+", spaced(name))
    if "ratio" in words:
        return False
    return any(map(_SPEAKING.fullmatch, words)) or _value(_words(name)) != 0


def _of_absence(name: str) -> bool:
    """Say whether a name is that of a class which is rather 0: p_normal, not_fraud.

    Examples
    --------
    >>> [_of_absence(name) for name in ("p_normal", "prob_not_fraud", "p_nonevent", "p_event")]
    [True, True, True, False]
    """
    words, noes = _parted(name)
    return noes % 2 == 1 or any(map(_ABSENCE.fullmatch, words))


def _names_class(name: str, label: str) -> bool:
    """Say whether a column is named after a class, and the labels after something else."""
    return bool(_OF_CLASS.search(spaced(name)) and _parted(name)[0] and _parted(label)[0])


def _words(name: str) -> frozenset[str]:
    """Return the words of a name that may say what it speaks of."""
    words = re.findall(r"[^\W\d_]+", spaced(name))
    return frozenset(word for word in words if len(word) > 1 and not _NOTHING.fullmatch(word))


def _parted(name: str) -> tuple[frozenset[str], int]:
    """Return the words of a name that negate nothing, and the number of those that do."""
    words = _words(name)
    negations = frozenset(filter(_NEGATION.fullmatch, words))
    return words - negations, len(negations)


def _akin(a: str, b: str) -> bool:
    """Say whether two words have a stem in common, or one is the end of the other."""
    common, shorter = _common(a, b), min(len(a), len(b))
    if common >= 3 and common >= max(shorter - 3, 0.7 * shorter):
        return True
    ends = (a.endswith(b) or b.endswith(a)) and shorter >= _STEM
    return ends and not (_negates(a, b) or _negates(b, a))


def _negates(a: str, b: str) -> bool:
    """Say whether a word is another with "un", "in", "non" before it."""
    return any(
        a.startswith(prefix) and len(b) >= 3 and _starts_alike(a[len(prefix) :], b)
        for prefix in _NEGATING
    )


def _starts_alike(a: str, b: str) -> bool:
    return len(a) >= 3 and (a == b or _common(a, b) >= max(_STEM, min(len(a), len(b)) - 2))


def _common(a: str, b: str) -> int:
    """Return how many letters two words have in common at their beginnings."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))


def _value(words: Iterable[str]) -> int:
    """Return 1 for words of a good outcome, -1 of a bad one, 0 if they say neither or both."""
    found = {_value_of(word) for word in words} - {0}
    return found.pop() if len(found) == 1 else 0


def _value_of(word: str) -> int:
    for side, words in ((1, _GOOD), (-1, _BAD)):
        if words.fullmatch(word):
            return side
    negated = next((p for p in ("non", "not", "un", "in", "dis") if word.startswith(p)), "")
    return -_value_of(word[len(negated) :]) if negated else 0
