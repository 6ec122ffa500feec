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

-- The key that seals sessions and second factors, so that each replica can open what another has sealed.
INSERT INTO evenkeel.document (noun, id, json, seq) VALUES ('memory', 'keys/session',
  to_json(replace(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, '-', ''))::text, nextval('evenkeel.document_seq'));

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

-- Takes all keys or none: null, or who holds one of them. A claim whose change was never committed ends after so many seconds.
CREATE FUNCTION evenkeel.take_claims(keys text[], taker text, orphan_s integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE other text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('evenkeel.claim'));
  DELETE FROM evenkeel.claim c WHERE c.key = ANY (keys) AND c.at < clock_timestamp() - make_interval(secs => orphan_s)
    AND NOT EXISTS (SELECT FROM evenkeel.document d WHERE d.noun = 'change' AND d.id = c.holder AND d.json IS NOT NULL);
  SELECT c.holder INTO other FROM evenkeel.claim c WHERE c.key = ANY (keys) AND c.holder <> taker ORDER BY c.key LIMIT 1;
  IF other IS NOT NULL THEN RETURN other; END IF;
  INSERT INTO evenkeel.claim (key, holder) SELECT DISTINCT k, taker FROM unnest(keys) AS k ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

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

-- Appends entries that build on the head that is given. Answers the head: another one where somebody else has appended meanwhile, and then nothing is.
CREATE FUNCTION evenkeel.append_audit(base bigint, seqs bigint[], ats bigint[], whats text[], bys text[], hows text[], senders text[],
  abouts text[], outcomes text[], details text[], prevs text[], hashes text[])
RETURNS TABLE (appended boolean, seq bigint, hash text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE newest evenkeel.audit_head;
BEGIN
  SELECT * INTO newest FROM evenkeel.audit_head h WHERE h.one = 1 FOR UPDATE;
  IF newest.seq = base THEN
    INSERT INTO evenkeel.audit (seq, at, what, by, how, sender, about, outcome, detail, prev, hash)
      SELECT * FROM unnest(seqs, ats, whats, bys, hows, senders, abouts, outcomes, details, prevs, hashes);
    UPDATE evenkeel.audit_head SET seq = seqs[cardinality(seqs)], hash = hashes[cardinality(hashes)] WHERE one = 1;
  END IF;
  RETURN QUERY SELECT newest.seq = base, h.seq, h.hash FROM evenkeel.audit_head h WHERE h.one = 1;
END $$;

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
