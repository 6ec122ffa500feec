/**
 * Of one rule and subject one finding is open. A replica that was cut off has judged on while another took over: what both have found is the one that
 * was committed first, and the other, with the open proposals for it, is refused as a row that somebody else has written.
 */
export const openFindings = `
CREATE INDEX finding_open ON evenkeel.document ((json::jsonb ->> 'rule'), (json::jsonb -> 'subject'))
  WHERE noun = 'finding' AND json IS NOT NULL AND json::jsonb ->> 'state' <> 'resolved';

CREATE FUNCTION evenkeel.refuse_second_finding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF new.json IS NULL OR EXISTS (SELECT FROM evenkeel.document AS d WHERE d.noun = new.noun AND d.id = new.id) THEN RETURN new; END IF;
  IF new.noun = 'proposal' THEN
    IF new.json::jsonb ->> 'state' <> 'open' OR EXISTS (SELECT FROM evenkeel.document AS d WHERE d.noun = 'finding' AND d.id = new.json::jsonb ->> 'finding') THEN RETURN new; END IF;
    RETURN NULL;
  END IF;
  IF new.json::jsonb ->> 'state' <> 'resolved' AND EXISTS (
    SELECT FROM evenkeel.document AS d
    WHERE d.noun = 'finding' AND d.json IS NOT NULL AND d.json::jsonb ->> 'state' <> 'resolved'
      AND d.json::jsonb ->> 'rule' = new.json::jsonb ->> 'rule' AND d.json::jsonb -> 'subject' = new.json::jsonb -> 'subject'
  ) THEN RETURN NULL; END IF;
  RETURN new;
END $$;
CREATE TRIGGER one_open_finding BEFORE INSERT ON evenkeel.document
  FOR EACH ROW WHEN (new.noun IN ('finding', 'proposal')) EXECUTE FUNCTION evenkeel.refuse_second_finding();
`
