-- The registry of models with the bytes they consist of, and what is remembered of computations.

-- Contents named by their SHA-256 (hexadecimal): equal ones are stored once.
CREATE TABLE blobs (
    hash  TEXT NOT NULL PRIMARY KEY CHECK (length(hash) = 64),
    size  INTEGER NOT NULL CHECK (size = length(bytes)),
    bytes BLOB NOT NULL
) STRICT;

-- Shares are fractions (0.02 = 2 %); the column named _pct is computed. NULL = not measured. A model may be of a series
-- whose bars are stored elsewhere.
CREATE TABLE model_registry (
    id                  TEXT NOT NULL PRIMARY KEY,
    exchange            TEXT NOT NULL,
    symbol              TEXT NOT NULL,
    timeframe           TEXT NOT NULL,
    state               TEXT NOT NULL CHECK (state IN ('candidate', 'champion', 'archived')),
    created             INTEGER NOT NULL,
    train_from          INTEGER NOT NULL,
    train_to            INTEGER NOT NULL,
    parent              TEXT, -- champion when it was made
    manifest            TEXT NOT NULL REFERENCES blobs (hash),
    data_hash           TEXT NOT NULL,
    recipe_hash         TEXT NOT NULL,
    code_version        TEXT NOT NULL,
    seed                INTEGER NOT NULL,
    folds               INTEGER NOT NULL CHECK (folds >= 0),
    signals             INTEGER NOT NULL CHECK (signals >= 0),
    hit_rate_tp1        REAL,
    avg_net_profit_frac REAL,
    auc                 REAL,
    log_loss            REAL,
    brier               REAL,
    calibration_error   REAL,
    avg_net_profit_pct  REAL GENERATED ALWAYS AS (100.0 * avg_net_profit_frac) VIRTUAL
) STRICT;

CREATE UNIQUE INDEX model_registry_champion ON model_registry (exchange, symbol, timeframe) WHERE state = 'champion';
CREATE INDEX model_registry_symbol_timeframe_created ON model_registry (symbol, timeframe, created);
CREATE INDEX model_registry_state ON model_registry (state);
CREATE INDEX model_registry_manifest ON model_registry (manifest);

CREATE TABLE model_artefacts (
    model_id TEXT NOT NULL REFERENCES model_registry (id) ON DELETE CASCADE,
    name     TEXT NOT NULL,
    hash     TEXT NOT NULL REFERENCES blobs (hash),
    PRIMARY KEY (model_id, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX model_artefacts_hash ON model_artefacts (hash);

-- Every change of a model's state in the order in which they happened; rows are only ever added.
CREATE TABLE model_events (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    model_id   TEXT NOT NULL REFERENCES model_registry (id),
    timestamp  INTEGER NOT NULL,
    from_state TEXT CHECK (from_state IN ('candidate', 'champion', 'archived')), -- NULL = was not there before
    to_state   TEXT NOT NULL CHECK (to_state IN ('candidate', 'champion', 'archived')),
    reason     TEXT NOT NULL
) STRICT;

CREATE INDEX model_events_model ON model_events (model_id);

CREATE TRIGGER model_events_are_kept BEFORE DELETE ON model_events
BEGIN
    SELECT RAISE(ABORT, 'a change of a model is never forgotten');
END;

CREATE TRIGGER model_events_stay_as_they_are BEFORE UPDATE ON model_events
BEGIN
    SELECT RAISE(ABORT, 'a change of a model is never rewritten');
END;

-- One row for each distinct configuration that was evaluated out of sample on a series; sharpe is per day, NULL =
-- undefined.
CREATE TABLE trials (
    id              INTEGER PRIMARY KEY,
    exchange        TEXT NOT NULL,
    symbol          TEXT NOT NULL,
    timeframe       TEXT NOT NULL,
    config_hash     TEXT NOT NULL,
    label           TEXT NOT NULL,
    first_timestamp INTEGER NOT NULL,
    last_timestamp  INTEGER NOT NULL,
    runs            INTEGER NOT NULL CHECK (runs >= 1),
    days            INTEGER NOT NULL CHECK (days >= 0),
    sharpe          REAL,
    UNIQUE (exchange, symbol, timeframe, config_hash)
) STRICT;

CREATE INDEX trials_symbol_timeframe_timestamp ON trials (symbol, timeframe, first_timestamp);

CREATE TRIGGER trials_are_kept BEFORE DELETE ON trials
BEGIN
    SELECT RAISE(ABORT, 'a trial is never forgotten: the deflated Sharpe ratio counts them all');
END;

CREATE TABLE drift_reports (
    id        INTEGER PRIMARY KEY,
    exchange  TEXT NOT NULL,
    symbol    TEXT NOT NULL,
    timeframe TEXT NOT NULL,
    model_id  TEXT NOT NULL REFERENCES model_registry (id),
    timestamp INTEGER NOT NULL,
    verdict   TEXT NOT NULL,
    share     REAL, -- of the importance that drifted; NULL = unknown
    report    TEXT NOT NULL REFERENCES blobs (hash),
    UNIQUE (exchange, symbol, timeframe, model_id, timestamp)
) STRICT;

CREATE INDEX drift_reports_symbol_timeframe_timestamp ON drift_reports (symbol, timeframe, timestamp);
CREATE INDEX drift_reports_timestamp ON drift_reports (timestamp);
CREATE INDEX drift_reports_model ON drift_reports (model_id);
CREATE INDEX drift_reports_report ON drift_reports (report);

-- Finished steps of work that can be taken up again. hash: SHA-256 of key and bytes, so that damage is noticed.
CREATE TABLE steps (
    key       TEXT NOT NULL PRIMARY KEY,
    timestamp INTEGER NOT NULL,
    hash      TEXT NOT NULL,
    bytes     BLOB NOT NULL
) STRICT;

CREATE INDEX steps_timestamp ON steps (timestamp);
