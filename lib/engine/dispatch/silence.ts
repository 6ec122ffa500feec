import { matcherFits } from '../../model/matching.ts'
import type { Silence } from '../../model/notice.ts'
import { type Labels, labelsMatch } from '../../model/series.ts'

/** Whether a silence is about what has these labels, at whatever time. */
export const silences = ({ match, matchers = [] }: Pick<Silence, 'match' | 'matchers'>, labels: Labels): boolean =>
  labelsMatch(labels, match) && matchers.every((matcher) => matcherFits(matcher, labels))

/** The silences by which people mute what has these labels now. A silence holds notices back; it does not resolve what was sent. */
export const silencing = (all: readonly Silence[], labels: Labels, at: number): Silence[] =>
  all.filter((silence) => silence.from <= at && at < silence.until && silences(silence, labels))
