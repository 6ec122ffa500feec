import type { Finding } from '../../model/finding.ts'
import type { Silence } from '../../model/notice.ts'
import { labelsMatch } from '../../model/series.ts'
import { findingLabels } from './route.ts'

/** Whether a person has muted this finding now. A silence holds notices back; it does not resolve what was sent. */
export function isSilenced(finding: Finding, silences: readonly Silence[], at: number): boolean {
  const labels = findingLabels(finding)
  return silences.some(({ from, until, match }) => from <= at && at < until && labelsMatch(labels, match))
}
