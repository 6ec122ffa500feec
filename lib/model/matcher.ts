/** One condition on a label, as in Alertmanager. A label that is absent is empty. */
export type Matcher = { label: string; op: MatcherOp; value: string }
export type MatcherOp = '=' | '!=' | '=~' | '!~'

/** The text that `parseMatcher` reads back. */
export const matcherText = ({ label, op, value }: Matcher): string =>
  `${label}${op}"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
