-- What the database is: the schema's number, and the oldest program that can work with it.
CREATE TABLE meta (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);

-- One row, which every writer of the log moves forward.
CREATE TABLE ledger (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    size BIGINT NOT NULL CHECK (size >= 0)
);
INSERT INTO ledger (id, size) VALUES (1, 0);

CREATE TABLE entry (
    number BIGINT NOT NULL PRIMARY KEY CHECK (number >= 0),
    at_us BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    body BYTEA NOT NULL,
    leaf BYTEA NOT NULL
);
CREATE FUNCTION refuse_change_of_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entries are never changed or deleted';
END
$$;
CREATE TRIGGER entry_is_never_changed BEFORE UPDATE OR DELETE ON entry
FOR EACH ROW EXECUTE FUNCTION refuse_change_of_entry();
CREATE TRIGGER entry_is_never_truncated BEFORE TRUNCATE ON entry
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_entry();

CREATE TABLE blob (
    digest TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    bytes BYTEA NOT NULL
);

CREATE TABLE idempotency (
    token TEXT COLLATE "C" NOT NULL,
    idempotency_key TEXT COLLATE "C" NOT NULL,
    request_digest TEXT COLLATE "C" NOT NULL,
    status BIGINT NOT NULL,
    answer BYTEA NOT NULL,
    expires_us BIGINT NOT NULL,
    PRIMARY KEY (token, idempotency_key)
);
CREATE INDEX idempotency_by_expiry ON idempotency (expires_us);

CREATE TABLE job (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    body BYTEA NOT NULL,
    due_us BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    most_attempts BIGINT NOT NULL,
    is_dead BIGINT NOT NULL CHECK (is_dead IN (0, 1)),
    failure TEXT COLLATE "C" NOT NULL
);
CREATE INDEX job_by_due ON job (is_dead, kind, due_us, id);

CREATE TABLE deployment (
    product TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    runs TEXT COLLATE "C" NOT NULL,
    body BYTEA NOT NULL,
    seen_us BIGINT NOT NULL,
    PRIMARY KEY (product, name)
);
CREATE INDEX deployment_by_runs ON deployment (product, runs, name);
CREATE INDEX deployment_by_seen ON deployment (seen_us);

CREATE TABLE session (
    id_digest TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    principal TEXT COLLATE "C" NOT NULL,
    body BYTEA NOT NULL,
    expires_us BIGINT NOT NULL
);
CREATE INDEX session_by_principal ON session (principal);
CREATE INDEX session_by_expiry ON session (expires_us);

CREATE TABLE delivery (
    webhook TEXT COLLATE "C" NOT NULL,
    entry BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    at_us BIGINT NOT NULL,
    status BIGINT NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (webhook, entry, attempt)
);
CREATE INDEX delivery_by_at ON delivery (at_us);

CREATE TABLE snapshot (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    at_us BIGINT NOT NULL,
    body BYTEA NOT NULL
);
