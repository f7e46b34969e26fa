-- Recorded funding rates, and the backtests that were run.

-- Settled rates of perpetual swaps as fractions per settlement; a positive one: longs pay shorts. timestamp: of the
-- settlement, milliseconds since 1970 UTC, rounded to the second. A market's rates are those of all its timeframes.
CREATE TABLE funding (
    exchange  TEXT NOT NULL,
    symbol    TEXT NOT NULL,
    timestamp INTEGER NOT NULL CHECK (timestamp >= 0 AND timestamp % 1000 = 0),
    rate      REAL NOT NULL CHECK (abs(rate) <= 0.05),
    PRIMARY KEY (exchange, symbol, timestamp)
) STRICT, WITHOUT ROWID;

CREATE INDEX funding_symbol_timestamp ON funding (symbol, timestamp);

-- id: first digits of the hash of everything that decides the result, so that the same again is the same row. Shares are
-- fractions (0.02 = 2 %); the columns named _pct are computed from them. NULL = undefined.
CREATE TABLE backtest_runs (
    id                TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    created           INTEGER NOT NULL, -- of the newest such run
    series            TEXT NOT NULL,    -- in words, there may be many
    entries           TEXT NOT NULL,    -- where they came from
    label             TEXT NOT NULL,    -- '' = none
    from_timestamp    INTEGER NOT NULL,
    to_timestamp      INTEGER NOT NULL CHECK (to_timestamp >= from_timestamp),
    trades            INTEGER NOT NULL CHECK (trades >= 0),
    total_return_frac REAL,
    max_drawdown_frac REAL,
    sharpe_ratio      REAL,
    profit_factor     REAL,
    report            TEXT NOT NULL REFERENCES blobs (hash),
    total_return_pct  REAL GENERATED ALWAYS AS (100.0 * total_return_frac) VIRTUAL,
    max_drawdown_pct  REAL GENERATED ALWAYS AS (100.0 * max_drawdown_frac) VIRTUAL
) STRICT;

CREATE INDEX backtest_runs_created ON backtest_runs (created);
CREATE INDEX backtest_runs_report ON backtest_runs (report);
