import { z } from 'zod'
import { pageOf } from '../model/changeAlert.ts'
import { type Finding, subjectName } from '../model/finding.ts'
import { secret } from '../model/marks.ts'
import type { Notice } from '../model/notice.ts'
import type { Notifier } from '../model/notifier.ts'
import { post } from './post.ts'

/** The address of a chat hook is its own password. */
const config = z
  .strictObject({
    url: secret(z.url({ protocol: /^https?$/, error: 'the https address of an incoming webhook' })).describe(
      'The address of the incoming webhook',
    ),
  })
  .describe('A channel of Slack, Mattermost or whatever else takes incoming webhooks of Slack')
export type SlackConfig = z.output<typeof config>

/** Slack's three control characters: a key named `<!channel>` must not wake everybody. */
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const MARK = { critical: '◆', warning: '▲', info: '○' }
/** Slack cuts messages at 4,000 characters and refuses beyond 40,000. */
const LINES = 20

function line(notice: Notice, finding: Finding): string {
  const page = pageOf(finding)
  const link = page && ` <${notice.externalUrl}${page}|open>`
  const word = notice.status === 'resolved' ? `resolved: ${subjectName(finding.subject)}: ` : ''
  return `${notice.status === 'resolved' ? '✓' : MARK[finding.severity]} ${escaped((word + finding.summary).slice(0, 400))} (${finding.rule})${link}`
}

/** Slack, Mattermost and whatever else takes Slack's incoming webhooks. */
export const slack: Notifier<SlackConfig> = {
  kind: 'slack',
  config,
  notify({ url }, notice, signal) {
    const lines = notice.findings.slice(0, LINES).map((finding) => line(notice, finding))
    if (notice.findings.length > LINES) lines.push(`… and ${notice.findings.length - LINES} more`)
    return post(url, JSON.stringify({ text: lines.join('\n') }), {}, signal)
  },
}
