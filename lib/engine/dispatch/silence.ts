import type { Silence } from '../../model/notice.ts'
import { type Labels, labelsMatch } from '../../model/series.ts'

/** The silences by which people mute what has these labels now. A silence holds notices back; it does not resolve what was sent. */
export const silencing = (silences: readonly Silence[], labels: Labels, at: number): Silence[] =>
  silences.filter(({ from, until, match }) => from <= at && at < until && labelsMatch(labels, match))
