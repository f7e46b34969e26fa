-- Signals with the sizes of all risk profiles, and what refused the other candidates.

-- Shares are fractions (0.02 = 2 %); the columns named _pct are computed from them. NULL = unknown.
CREATE TABLE signals (
    id                     INTEGER PRIMARY KEY,
    exchange               TEXT NOT NULL,
    symbol                 TEXT NOT NULL,
    timeframe              TEXT NOT NULL,
    timestamp              INTEGER NOT NULL, -- open of the decision bar
    side                   TEXT NOT NULL CHECK (side IN ('long', 'short')),
    origin                 TEXT NOT NULL CHECK (origin IN ('walkforward', 'newest')),
    status                 TEXT NOT NULL,
    exit_reason            TEXT NOT NULL,
    closed                 INTEGER NOT NULL, -- 0 while open
    closed_net_frac        REAL,
    decided                INTEGER NOT NULL,
    expires                INTEGER NOT NULL,
    entry                  REAL,
    atr                    REAL,
    stop_loss              REAL,
    tp1                    REAL,
    tp2                    REAL,
    tp3                    REAL,
    trail_distance         REAL,
    score                  REAL,
    rank                   REAL,
    confidence             REAL,
    p0                     REAL,
    p1                     REAL,
    base_rate              REAL,
    edge                   REAL,
    calibration_rows       INTEGER NOT NULL,
    calibration_n          REAL,
    calibration_enough     INTEGER NOT NULL CHECK (calibration_enough IN (0, 1)),
    proven_threshold       REAL,
    proven                 INTEGER NOT NULL CHECK (proven IN (0, 1)),
    expected_rows          INTEGER NOT NULL,
    expected_gain_atr      REAL,
    expected_lower_atr     REAL,
    expected_upper_atr     REAL,
    top_rows               INTEGER NOT NULL,
    top_n                  REAL,
    top_k                  REAL,
    top_lower              REAL,
    gross_frac             REAL,
    cost_entry_frac        REAL,
    cost_exit_frac         REAL,
    cost_funding_frac      REAL,
    cost_total_frac        REAL,
    net_frac               REAL,
    passed_profit_filter   INTEGER NOT NULL CHECK (passed_profit_filter IN (0, 1)),
    expected_value_frac    REAL,
    expected_value_lower   REAL,
    expected_value_upper   REAL,
    funding_rate_per_hour  REAL,
    funding_assumed        INTEGER NOT NULL CHECK (funding_assumed IN (0, 1)),
    expected_net_profit_pct REAL GENERATED ALWAYS AS (100.0 * net_frac) VIRTUAL,
    expected_value_pct     REAL GENERATED ALWAYS AS (100.0 * expected_value_frac) VIRTUAL,
    UNIQUE (exchange, symbol, timeframe, timestamp, side, origin)
) STRICT;

CREATE INDEX signals_symbol_timeframe_timestamp ON signals (symbol, timeframe, timestamp);
CREATE INDEX signals_timestamp ON signals (timestamp);
CREATE INDEX signals_status ON signals (status, timestamp);

CREATE TABLE signal_sizes (
    signal_id               INTEGER NOT NULL REFERENCES signals (id) ON DELETE CASCADE,
    risk_profile            TEXT NOT NULL CHECK (risk_profile IN ('conservative', 'moderate', 'aggressive')),
    risk_usd                REAL,
    sl_distance_frac        REAL,
    position_size_usd       REAL,
    quantity                REAL,
    leverage                REAL,
    margin_usd              REAL,
    liquidation_price       REAL,
    capped                  INTEGER NOT NULL CHECK (capped IN (0, 1)),
    too_small               INTEGER NOT NULL CHECK (too_small IN (0, 1)),
    liquidation_inside_stop INTEGER NOT NULL CHECK (liquidation_inside_stop IN (0, 1)),
    PRIMARY KEY (signal_id, risk_profile)
) STRICT, WITHOUT ROWID;

CREATE INDEX signal_sizes_risk_profile ON signal_sizes (risk_profile);

-- value, threshold and margin are in the unit of the stage that refused; NULL where it has none.
CREATE TABLE rejections (
    series_id INTEGER NOT NULL REFERENCES series (id),
    timestamp INTEGER NOT NULL,
    side      TEXT NOT NULL CHECK (side IN ('long', 'short')),
    stage     TEXT NOT NULL,
    value     REAL,
    threshold REAL,
    margin    REAL,
    PRIMARY KEY (series_id, timestamp, side)
) STRICT, WITHOUT ROWID;
