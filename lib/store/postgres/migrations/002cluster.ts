/**
 * Who is alive, who has which target, what was polled of late, and calls that another replica answers. A lease belongs to a run of a replica's process
 * (its session) and lives as long as that is renewed: so one row is written a round, not one for each target. `term` is the fencing token. One lock
 * around all of it: a lease cannot be renewed and taken over at the same moment, and `seq` rises in the order of commits.
 */
export const cluster = `
CREATE TABLE evenkeel.replica (
  session text PRIMARY KEY,
  name text NOT NULL,
  until timestamptz NOT NULL,
  seen timestamptz NOT NULL,
  wants timestamptz
);
CREATE SEQUENCE evenkeel.lease_seq;
CREATE TABLE evenkeel.lease (
  target text PRIMARY KEY,
  replica text,
  session text,
  term bigint NOT NULL,
  seq bigint NOT NULL
);
CREATE INDEX lease_by_seq ON evenkeel.lease (seq);

CREATE UNLOGGED TABLE evenkeel.hot (
  session text NOT NULL,
  number bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  body bytea NOT NULL,
  PRIMARY KEY (session, number)
);

CREATE TABLE evenkeel.call (
  id text PRIMARY KEY,
  target text NOT NULL,
  request text NOT NULL,
  state text NOT NULL DEFAULT 'waiting',
  session text,
  answer text,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE FUNCTION evenkeel.lease_renew(me text, my_name text, seconds double precision, wants_all boolean)
RETURNS TABLE (session text, name text, alive boolean, seen_ms double precision, wants_ms double precision) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('evenkeel.lease'));
  INSERT INTO evenkeel.replica AS r (session, name, until, seen, wants)
  VALUES (me, my_name, clock_timestamp() + make_interval(secs => seconds), clock_timestamp(), CASE WHEN wants_all THEN clock_timestamp() END)
  ON CONFLICT (session) DO UPDATE
    SET name = excluded.name, until = excluded.until, seen = excluded.seen, wants = coalesce(excluded.wants, r.wants);
  DELETE FROM evenkeel.replica AS r WHERE r.seen < clock_timestamp() - interval '10 minutes';
  RETURN QUERY
    SELECT r.session, r.name, r.until > clock_timestamp(), (extract(epoch FROM clock_timestamp() - r.seen) * 1000)::double precision,
      (extract(epoch FROM r.wants) * 1000)::double precision
    FROM evenkeel.replica AS r ORDER BY r.session;
END $$;

CREATE FUNCTION evenkeel.lease_take(me text, my_name text, targets text[], terms bigint[])
RETURNS TABLE (target text, term bigint, seq bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('evenkeel.lease'));
  IF NOT EXISTS (SELECT FROM evenkeel.replica AS r WHERE r.session = me AND r.until > clock_timestamp()) THEN RETURN; END IF;
  RETURN QUERY
    INSERT INTO evenkeel.lease AS l (target, replica, session, term, seq)
    SELECT t.target, my_name, me, t.term, nextval('evenkeel.lease_seq') FROM unnest(targets, terms) AS t (target, term)
    ON CONFLICT (target) DO UPDATE
      SET replica = excluded.replica, session = excluded.session, term = greatest(l.term + 1, excluded.term), seq = excluded.seq
      WHERE NOT EXISTS (SELECT FROM evenkeel.replica AS r WHERE r.session = l.session AND r.until > clock_timestamp())
    RETURNING l.target, l.term, l.seq;
END $$;

CREATE FUNCTION evenkeel.lease_give(me text, targets text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('evenkeel.lease'));
  UPDATE evenkeel.lease SET replica = NULL, session = NULL, seq = nextval('evenkeel.lease_seq')
  WHERE session = me AND target = ANY (targets);
END $$;

CREATE FUNCTION evenkeel.lease_end(me text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('evenkeel.lease'));
  UPDATE evenkeel.lease SET replica = NULL, session = NULL, seq = nextval('evenkeel.lease_seq') WHERE session = me;
  DELETE FROM evenkeel.replica WHERE session = me;
  DELETE FROM evenkeel.hot WHERE session = me;
END $$;
`
