-- +goose Up
CREATE TABLE organizations (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    name    TEXT NOT NULL UNIQUE,
    created TIMESTAMP NOT NULL
);

CREATE TABLE customer_groups (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    name            TEXT NOT NULL,
    UNIQUE (organization_id, name)
);

CREATE TABLE services (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    name            TEXT NOT NULL,
    created         TIMESTAMP NOT NULL,
    UNIQUE (organization_id, name)
);

CREATE TABLE users (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id    INTEGER NOT NULL REFERENCES organizations (id),
    email              TEXT NOT NULL,
    first_name         TEXT NOT NULL,
    last_name          TEXT NOT NULL,
    avatar             TEXT NOT NULL,
    customer_number    TEXT NOT NULL,
    customer_group_id  INTEGER REFERENCES customer_groups (id),
    default_address_id INTEGER,
    verification       TEXT NOT NULL CHECK (verification IN ('pending', 'verified', 'declined')),
    active             BOOLEAN NOT NULL,
    roles              TEXT NOT NULL,
    country            TEXT NOT NULL,
    currency           TEXT NOT NULL,
    language           TEXT NOT NULL,
    unit               TEXT NOT NULL,
    joined             TIMESTAMP NOT NULL,
    last_login         TIMESTAMP,
    second_login       TIMESTAMP,
    deleted            TIMESTAMP
);
CREATE UNIQUE INDEX users_email ON users (email, organization_id) WHERE deleted IS NULL;
CREATE INDEX users_organization ON users (organization_id);

CREATE TABLE service_members (
    service_id INTEGER NOT NULL REFERENCES services (id),
    user_id    INTEGER NOT NULL REFERENCES users (id),
    PRIMARY KEY (service_id, user_id)
);
CREATE INDEX service_members_user ON service_members (user_id);

CREATE TABLE addresses (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL REFERENCES users (id),
    first_name   TEXT NOT NULL,
    last_name    TEXT NOT NULL,
    line1        TEXT NOT NULL,
    zip_code     TEXT NOT NULL,
    city         TEXT NOT NULL,
    country      TEXT NOT NULL,
    phone_number TEXT NOT NULL,
    company_name TEXT,
    department   TEXT,
    line2        TEXT,
    state        TEXT,
    title        TEXT,
    vat_id       TEXT
);
CREATE INDEX addresses_user ON addresses (user_id);

CREATE TABLE tokens (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id),
    hash    TEXT NOT NULL UNIQUE,
    last    TEXT NOT NULL,
    label   TEXT NOT NULL,
    created TIMESTAMP NOT NULL,
    expires TIMESTAMP,
    revoked TIMESTAMP
);
CREATE INDEX tokens_user ON tokens (user_id);
