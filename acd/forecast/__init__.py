"""The forecast of the wait: an honest median with an 80 % interval, in three layers, or silence with its reason.

| module | noun |
|---|---|
| `facts` | what the forecaster is told |
| `closed` | closed forms: LES, HOL, QL, QLm, the hold time of app_queue, a table of medians |
| `line` | who waits, in the order of service |
| `servers` | who serves: agents present, and what they really answer |
| `estimates` | handle time, patience, wrap-up, and how far off the closed form was lately |
| `features` | what the learned layer sees |
| `ensemble` | trees over those features, evaluated at once; the port `Quantiles` |
| `conformal` | the correction by kind and priority that keeps the promised coverage |
| `forecaster` | the three layers together |
| `routing_view` | what the feed asks of the queues: places of callers, queues of agents |
| `feed`, `wrapper`, `snapshot` | the forecaster beside the queues: entry, every 15 s, restarts |
| `announce` | buckets that people understand, and a figure that does not rise without a cause |

Everything here is a core: no clock, no I/O, no chance. Fitting the trees is `hotline.learning`.
"""
