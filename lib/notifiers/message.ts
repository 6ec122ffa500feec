import { pageOf } from '../model/changeAlert.ts'
import { type Finding, type Severity, subjectName } from '../model/finding.ts'
import type { Notice } from '../model/notice.ts'

/** One finding as a message tells it. Its texts may hold names of keys and servers: they reach a channel only through its markup. */
export type Item = {
  id: string
  rule: string
  severity: Severity
  summary: string
  subject: string
  /** `since 2026-11-26 21:40:05 UTC`, or `from … to …` once it is over. */
  when: string
  cause: string | null
  consequence: string | null
  proposal: string | null
  note: string | null
  link: string
}

/** What every channel tells, in its own markup: the worst first. */
export type Message = {
  status: Notice['status']
  title: string
  /** The title without any name from outside, for where nothing can be escaped. */
  heading: string
  severity: Severity
  items: Item[]
  link: string
}

const RANK: Record<Severity, number> = { critical: 0, warning: 1, info: 2 }

export function messageOf(notice: Notice): Message {
  const items = notice.findings.map((finding) => itemOf(notice, finding)).sort((a, b) => RANK[a.severity] - RANK[b.severity])
  const severity = items[0]?.severity ?? 'info'
  const link = items.length === 1 ? items[0]!.link : `${notice.externalUrl}/findings`
  return { status: notice.status, ...titlesOf(notice, items), severity, items, link }
}

function titlesOf({ status, digest }: Notice, items: Item[]): Pick<Message, 'title' | 'heading'> {
  const word = `${digest ? 'Digest, ' : ''}${status === 'resolved' ? 'resolved' : 'firing'}`.replace(/^./, (first) => first.toUpperCase())
  const [first] = items
  if (items.length === 1 && first)
    return {
      title: `${word}: ${first.rule} on ${first.subject} (${first.severity})`,
      heading: `${word}: ${first.rule} (${first.severity})`,
    }
  const critical = items.filter(({ severity }) => severity === 'critical').length
  const heading = `${word}: ${items.length} findings${critical > 0 ? `, ${critical} critical` : ''}`
  // Findings of one incident are told by its first cause.
  const cause = first?.cause
  return { title: cause && items.every((item) => item.cause === cause) ? `${word}: ${cause}` : heading, heading }
}

function itemOf({ status, externalUrl, about }: Notice, finding: Finding): Item {
  const { id, rule, severity, summary, since } = finding
  const ended = status === 'resolved' ? (finding.resolvedAt ?? finding.seenAt) : null
  return {
    id,
    rule,
    severity,
    summary,
    subject: subjectName(finding.subject),
    when: ended === null ? `since ${utc(since)}` : `from ${utc(since)} to ${utc(ended)}`,
    cause: about?.[id]?.cause ?? null,
    consequence: about?.[id]?.consequence ?? null,
    proposal: about?.[id]?.proposal ?? null,
    note: about?.[id]?.note ?? null,
    link: `${externalUrl}${pageOf(finding)}`,
  }
}

/** `2026-11-26 21:40:05 UTC`. */
const utc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`
