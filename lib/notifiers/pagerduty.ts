import { z } from 'zod'
import type { Notice } from '../model/notice.ts'
import type { Notifier } from '../model/notifier.ts'
import { address, token } from './address.ts'
import { eachOf } from './each.ts'
import { cut, plain } from './markup.ts'
import { type Item, messageOf } from './message.ts'
import { send } from './send.ts'

const config = z
  .strictObject({
    routing_key: token.describe('Integration key of the service, Events API v2'),
    url: address.default('https://events.pagerduty.com/v2/enqueue').describe('Address of the Events API'),
  })
  .describe('A service of PagerDuty')
export type PagerdutyConfig = z.output<typeof config>

/** PagerDuty takes a summary of 1,024 characters and events of 512 KB. */
const SUMMARY_MAX = 1_000

function event(routing_key: string, { externalUrl, status }: Notice, item: Item) {
  const key = { routing_key, dedup_key: item.id, event_action: status === 'resolved' ? 'resolve' : 'trigger' }
  const { rule, severity, subject, when, cause, consequence, proposal, note, link } = item
  const details = {
    rule,
    subject: plain.text(subject),
    when,
    cause: cause && plain.text(cause),
    consequence,
    proposal: proposal && plain.text(proposal),
    note,
    link,
  }
  const summary = cut(`${plain.text(item.summary)} (${rule})`, SUMMARY_MAX)
  const payload = { summary, source: plain.text(cut(subject, 200)), severity, class: rule, custom_details: details }
  return { ...key, payload, links: [{ href: link, text: 'Open in Evenkeel' }], client: 'Evenkeel', client_url: externalUrl }
}

/** PagerDuty's Events API v2 (developer.pagerduty.com/docs/send-alert-event): an incident for each finding, so that each ends by itself. */
export const pagerduty: Notifier<PagerdutyConfig> = {
  kind: 'pagerduty',
  config,
  notify({ routing_key, url }, notice, attempt) {
    const request = (item: Item) => send({ url, body: JSON.stringify(event(routing_key, notice, item)) }, attempt)
    return eachOf(messageOf(notice).items, attempt, { key: ({ id }) => id, request, atOnce: 5 })
  },
}
