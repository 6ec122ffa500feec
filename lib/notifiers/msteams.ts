import { z } from 'zod'
import type { Notifier } from '../model/notifier.ts'
import { hook } from './address.ts'
import { bytes, fitting, itemLines, plain } from './markup.ts'
import { type Item, type Message, messageOf } from './message.ts'
import { send } from './send.ts'

const config = z
  .strictObject({ webhook_url: hook.describe('The address of the workflow "Post to a channel when a webhook request is received"') })
  .describe('A channel of Microsoft Teams, by a workflow (Power Automate)')
export type MsteamsConfig = z.output<typeof config>

/** Teams takes messages of 28 KB. */
const BYTES_MAX = 26_000
/** Runs of text know no Markdown, unlike text blocks (adaptivecards.io, TextRun). */
const run = (text: string, more: object = {}) => ({ type: 'TextRun', text, ...more })
const runs = (inlines: object[], more: object = {}) => ({ type: 'RichTextBlock', inlines, ...more })
const open = (url: string) => run('Open', { selectAction: { type: 'Action.OpenUrl', url } })
const COLOUR = { critical: 'Attention', warning: 'Warning', info: 'Accent' }

function itemBlocks(item: Item) {
  const [head, ...more] = itemLines(item, plain)
  const first = runs([run(head!, { weight: 'Bolder', color: COLOUR[item.severity] })], { separator: true })
  return [first, ...more.map((line) => runs([run(line)], { spacing: 'None' })), runs([open(item.link)], { spacing: 'None' })]
}

function card({ title, link }: Message, items: Item[], left: number): string {
  const more = left > 0 ? [runs([run(`… and ${left} more: `), open(link)], { separator: true })] : []
  const body = [runs([run(plain.text(title), { size: 'Large', weight: 'Bolder' })]), ...items.flatMap(itemBlocks), ...more]
  const content = { $schema: 'http://adaptivecards.io/schemas/adaptive-card.json', type: 'AdaptiveCard', version: '1.4', body }
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }
  return JSON.stringify({ type: 'message', attachments: [attachment] })
}

/** Teams by Workflows: a message with one Adaptive Card (learn.microsoft.com/power-automate, "When a Teams webhook request is received"). */
export const msteams: Notifier<MsteamsConfig> = {
  kind: 'msteams',
  config,
  notify({ webhook_url: url }, notice, attempt) {
    const message = messageOf(notice)
    const body = fitting(message.items, (items, left) => card(message, items, left), BYTES_MAX, bytes)
    return send({ url, body }, attempt)
  },
}
