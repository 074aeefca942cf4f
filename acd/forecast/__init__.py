"""The forecast of the wait: an honest median with an 80 % interval, in three layers, or silence with its reason.

| module | noun |
|---|---|
| `events` | the events of the forecaster |
| `closed` | closed forms: LES, HOL, QL, QLm, the hold time of app_queue, a table of medians |
| `line` | the waiting callers, in the order of service |
| `servers` | the agents present, and the kinds that they really answer |
| `estimates` | handle time, patience, wrap-up, and the drift of the closed form |
| `features` | the vector of the learned layer |
| `ensemble` | trees over those features, evaluated at once; the port `Quantiles` |
| `conformal` | the correction by kind and priority that keeps the promised coverage |
| `forecaster` | the three layers together |
| `routing_view` | the feed's questions to the queues: places of callers, queues of agents |
| `feed` | events and commands of the queues, as events of the forecaster; forecasts at entry and every 15 s |
| `wrapper` | the queues core with its feed, as one core |
| `snapshot` | the state for a restart |
| `announce` | bands of minutes for the caller, which do not rise without a cause |

Everything here is a core: no clock, no I/O, no chance. Fitting the trees is `hotline.learning`.
"""
