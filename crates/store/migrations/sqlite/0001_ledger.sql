-- What the file is: the schema's number, and the oldest program that can work with it.
CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row, which every writer of the log moves forward.
CREATE TABLE ledger (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    size INTEGER NOT NULL CHECK (size >= 0)
) STRICT;
INSERT INTO ledger (id, size) VALUES (1, 0);

CREATE TABLE entry (
    number INTEGER NOT NULL PRIMARY KEY CHECK (number >= 0),
    at_us INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body BLOB NOT NULL,
    leaf BLOB NOT NULL
) STRICT;
CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
BEGIN
    SELECT RAISE(ABORT, 'entries are never changed');
END;
CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
BEGIN
    SELECT RAISE(ABORT, 'entries are never deleted');
END;

CREATE TABLE blob (
    digest TEXT NOT NULL PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE idempotency (
    token TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_digest TEXT NOT NULL,
    status INTEGER NOT NULL,
    answer BLOB NOT NULL,
    expires_us INTEGER NOT NULL,
    PRIMARY KEY (token, idempotency_key)
) STRICT;
CREATE INDEX idempotency_by_expiry ON idempotency (expires_us);

CREATE TABLE job (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    body BLOB NOT NULL,
    due_us INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    most_attempts INTEGER NOT NULL,
    is_dead INTEGER NOT NULL CHECK (is_dead IN (0, 1)),
    failure TEXT NOT NULL
) STRICT;
CREATE INDEX job_by_due ON job (is_dead, kind, due_us, id);

CREATE TABLE deployment (
    product TEXT NOT NULL,
    name TEXT NOT NULL,
    runs TEXT NOT NULL,
    body BLOB NOT NULL,
    seen_us INTEGER NOT NULL,
    PRIMARY KEY (product, name)
) STRICT;
CREATE INDEX deployment_by_runs ON deployment (product, runs, name);
CREATE INDEX deployment_by_seen ON deployment (seen_us);

CREATE TABLE session (
    id_digest TEXT NOT NULL PRIMARY KEY,
    principal TEXT NOT NULL,
    body BLOB NOT NULL,
    expires_us INTEGER NOT NULL
) STRICT;
CREATE INDEX session_by_principal ON session (principal);
CREATE INDEX session_by_expiry ON session (expires_us);

CREATE TABLE delivery (
    webhook TEXT NOT NULL,
    entry INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    at_us INTEGER NOT NULL,
    status INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (webhook, entry, attempt)
) STRICT;
CREATE INDEX delivery_by_at ON delivery (at_us);

CREATE TABLE snapshot (
    name TEXT NOT NULL PRIMARY KEY,
    size INTEGER NOT NULL,
    at_us INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
