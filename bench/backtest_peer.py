"""The EMA cross of backtest_bench.c through backtesting.py: prints the number of trades and the CPU seconds of
constructing and running its Backtest, one thread. Usage: backtest_peer.py CHECKOUT CSV BARS."""

import csv
import gzip
import itertools
import sys
import time
import types
import warnings


class Silent:
    """Stands in for anything of bokeh, which only draws."""

    def __call__(self, *args, **kwargs):
        return Silent()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Silent()

    def __iter__(self):
        return iter(())

    def __getitem__(self, key):
        return Silent()


class SilentModule(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Silent()


try:
    import bokeh  # noqa: F401
except ImportError:
    parts = "colors colors.named events io io.state layouts models palettes plotting transform"
    for module in ["bokeh"] + ["bokeh." + part for part in parts.split()]:
        sys.modules[module] = SilentModule(module)

sys.path.insert(0, sys.argv[1])
warnings.simplefilter("ignore")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from backtesting import Backtest, Strategy  # noqa: E402


def ema(x, period):
    """Seeded with the plain mean, as the other side has it."""
    out = np.full(len(x), np.nan)
    level = out[period - 1] = sum(x[:period].tolist()) / period
    for i in range(period, len(x)):
        out[i] = level = level + 2.0 / (period + 1) * (x[i] - level)
    return out


def load(path, bars):
    opened = gzip.open(path, "rt") if path.endswith(".gz") else open(path, newline="")
    with opened as file:
        rows = itertools.islice(csv.reader(file), 1, bars + 1)
        return np.array([[float(value) for value in row[:6]] for row in rows])


table = load(sys.argv[2], int(sys.argv[3]))
close = table[:, 4]
fast, slow = ema(close, 9), ema(close, 21)
above, below = fast > slow, fast < slow
known = ~np.isnan(slow[:-1])
up, down = np.zeros(len(close), bool), np.zeros(len(close), bool)
up[1:] = known & above[1:] & ~above[:-1]
down[1:] = known & below[1:] & ~below[:-1]


class Cross(Strategy):
    def init(self):
        pass

    def next(self):
        if self.position or self.trades:
            return
        i = len(self.data.Close) - 1
        if up[i]:
            self.buy(size=1, sl=close[i] * 0.99, tp=close[i] * 1.02)
        elif down[i]:
            self.sell(size=1, sl=close[i] * 1.01, tp=close[i] * 0.98)


columns = {name: table[:, k + 1] for k, name in enumerate(["Open", "High", "Low", "Close", "Volume"])}
frame = pd.DataFrame(columns, index=pd.to_datetime(table[:, 0].astype("int64"), unit="ms"))
began = time.process_time()
result = Backtest(frame, Cross, cash=1e9, commission=0.0006, exclusive_orders=False).run()
print(len(result["_trades"]), time.process_time() - began)
