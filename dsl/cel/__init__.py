"""CEL as flows have it: syntax, evaluation with a budget, functions, patterns. `dsl.conditions` is the way in."""
