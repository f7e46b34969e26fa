-- Series and their bars.

-- One row a market, exchange and timeframe. The counters speak of table bars and change in the same transaction, so that
-- a list of series does not count millions of rows.
CREATE TABLE series (
    id              INTEGER PRIMARY KEY,
    exchange        TEXT NOT NULL,
    symbol          TEXT NOT NULL,
    timeframe       TEXT NOT NULL,
    bars            INTEGER NOT NULL DEFAULT 0 CHECK (bars >= 0),
    first_timestamp INTEGER,
    last_timestamp  INTEGER,
    UNIQUE (symbol, timeframe, exchange)
) STRICT;

-- timestamp: open of the bar, milliseconds since 1970 UTC.
CREATE TABLE bars (
    series_id INTEGER NOT NULL REFERENCES series (id),
    timestamp INTEGER NOT NULL,
    open      REAL NOT NULL,
    high      REAL NOT NULL,
    low       REAL NOT NULL,
    close     REAL NOT NULL,
    volume    REAL NOT NULL,
    PRIMARY KEY (series_id, timestamp)
) STRICT, WITHOUT ROWID;

CREATE VIEW ohlcv AS
SELECT s.exchange, s.symbol, s.timeframe, b.timestamp, b.open, b.high, b.low, b.close, b.volume
FROM series AS s JOIN bars AS b ON b.series_id = s.id;

CREATE VIEW symbols AS
SELECT DISTINCT exchange, symbol FROM series;
