-- +goose Up
CREATE TABLE blobs (
    hash   TEXT PRIMARY KEY,
    size   INTEGER NOT NULL,
    refs   INTEGER NOT NULL CHECK (refs >= 0),
    unused TIMESTAMP
);
CREATE INDEX blobs_unused ON blobs (unused);

CREATE TABLE analyses (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    key            TEXT NOT NULL UNIQUE,
    hash           TEXT NOT NULL,
    size           INTEGER NOT NULL,
    unit           TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('pending', 'processing', 'finished', 'failed')),
    stage          TEXT NOT NULL,
    fraction       REAL NOT NULL,
    code           TEXT NOT NULL,
    message        TEXT NOT NULL,
    updated        TIMESTAMP NOT NULL,
    report         BLOB,
    samples_hash   TEXT NOT NULL,
    samples_size   INTEGER NOT NULL,
    optimized_hash TEXT NOT NULL,
    optimized_size INTEGER NOT NULL,
    thumbnail_hash TEXT NOT NULL,
    thumbnail_size INTEGER NOT NULL,
    hull_hash      TEXT NOT NULL,
    hull_size      INTEGER NOT NULL
);

CREATE TABLE judgements (
    analysis_id INTEGER NOT NULL REFERENCES analyses (id) ON DELETE CASCADE,
    key         TEXT NOT NULL,
    judgement   BLOB NOT NULL,
    PRIMARY KEY (analysis_id, key)
);

CREATE TABLE models (
    id              TEXT PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    uploader_id     INTEGER NOT NULL REFERENCES users (id),
    name            TEXT NOT NULL,
    unit            TEXT NOT NULL,
    hash            TEXT NOT NULL REFERENCES blobs (hash),
    size            INTEGER NOT NULL,
    analysis_id     INTEGER NOT NULL REFERENCES analyses (id),
    created         TIMESTAMP NOT NULL
);
CREATE INDEX models_analysis ON models (analysis_id);

-- Only what is still to be done has a row.
CREATE TABLE tasks (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    kind            TEXT NOT NULL,
    subject         TEXT NOT NULL,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    attempt         INTEGER NOT NULL,
    spared          INTEGER NOT NULL,
    worker          TEXT,
    lease           TIMESTAMP
);
CREATE INDEX tasks_queue ON tasks (worker, organization_id, id);
CREATE INDEX tasks_subject ON tasks (kind, subject);
