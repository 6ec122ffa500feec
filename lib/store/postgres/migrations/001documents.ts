/**
 * What replicas share. `document` holds every noun and, as the noun `memory`, the small things by key; a row without `json` was deleted. `seq` rises
 * in the order of commits, because one lock is held from before it is given until the commit: whoever has read up to a number has missed nothing.
 */
export const documents = `
CREATE SEQUENCE evenkeel.document_seq;
CREATE TABLE evenkeel.document (
  noun text NOT NULL,
  id text NOT NULL,
  json text,
  seq bigint NOT NULL,
  base bigint,
  number bigint GENERATED ALWAYS AS IDENTITY,
  changed timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (noun, id)
);
CREATE UNIQUE INDEX document_by_seq ON evenkeel.document (seq);

-- One call is one transaction: a process that is stopped while it waits for the answer holds no lock. base: the seq of the row that a write builds
-- on, 0 for a new one, null where the last write wins. Answers the rows that were written; the others are older than what is there.
CREATE FUNCTION evenkeel.write_documents(writer text, nouns text[], ids text[], jsons text[], bases bigint[])
RETURNS TABLE (noun text, id text, seq bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('evenkeel.document'));
  RETURN QUERY
    INSERT INTO evenkeel.document AS d (noun, id, json, seq, base)
    SELECT t.noun, t.id, t.json, nextval('evenkeel.document_seq'), t.base
    FROM unnest(nouns, ids, jsons, bases) WITH ORDINALITY AS t (noun, id, json, base, place)
    ORDER BY t.place
    ON CONFLICT ON CONSTRAINT document_pkey DO UPDATE
      SET json = excluded.json, seq = excluded.seq, base = excluded.base, changed = now()
      WHERE excluded.base IS NULL OR d.seq = excluded.base
    RETURNING d.noun, d.id, d.seq;
  PERFORM pg_notify('evenkeel_documents', writer);
END $$;

CREATE TABLE evenkeel.claim (
  key text PRIMARY KEY,
  holder text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX claim_by_holder ON evenkeel.claim (holder);

CREATE TABLE evenkeel.undo (
  batch bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  change text NOT NULL,
  until bigint NOT NULL,
  items integer NOT NULL,
  edits text NOT NULL
);
CREATE INDEX undo_by_change ON evenkeel.undo (change, batch);

CREATE TABLE evenkeel.audit (
  seq bigint PRIMARY KEY,
  at bigint NOT NULL,
  what text NOT NULL,
  by text,
  how text NOT NULL,
  sender text,
  about text NOT NULL,
  outcome text NOT NULL,
  detail text NOT NULL,
  prev text NOT NULL,
  hash text NOT NULL
);
CREATE TABLE evenkeel.audit_head (one integer PRIMARY KEY CHECK (one = 1), seq bigint NOT NULL, hash text NOT NULL);
INSERT INTO evenkeel.audit_head VALUES (1, 0, repeat('0', 64));

CREATE FUNCTION evenkeel.audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE FUNCTION evenkeel.audit_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF new.seq < old.seq THEN RAISE EXCEPTION 'the audit log is append-only'; END IF;
  RETURN new;
END $$;
CREATE TRIGGER audit_only BEFORE UPDATE OR DELETE OR TRUNCATE ON evenkeel.audit
  FOR EACH STATEMENT EXECUTE FUNCTION evenkeel.audit_refuse();
CREATE TRIGGER audit_head_only BEFORE DELETE OR TRUNCATE ON evenkeel.audit_head
  FOR EACH STATEMENT EXECUTE FUNCTION evenkeel.audit_refuse();
CREATE TRIGGER audit_head_forward BEFORE UPDATE ON evenkeel.audit_head
  FOR EACH ROW EXECUTE FUNCTION evenkeel.audit_forward();
`
