import { z } from 'zod'
import type { Notifier } from '../model/notifier.ts'
import { hook } from './address.ts'
import { cut, itemLines, slackText, textOf } from './markup.ts'
import { type Item, messageOf } from './message.ts'
import { send } from './send.ts'

const config = z
  .strictObject({ url: hook.describe('The address of the incoming webhook') })
  .describe('A channel of Slack, Mattermost, Rocket.Chat or whatever else takes incoming webhooks of Slack')
export type SlackConfig = z.output<typeof config>

/** Slack takes 50 blocks of at most 3,000 characters, and cuts a text at 4,000. */
const ITEMS = 20
const BLOCK_MAX = 3_000
const TEXT_MAX = 3_900

/** Text of a block without any markup, emoji included; what is escaped is shown as it was. */
const section = (text: string) => ({ type: 'section', text: { type: 'plain_text', text: cut(text, BLOCK_MAX), emoji: false } })
const links = (text: string) => ({ type: 'context', elements: [{ type: 'mrkdwn', text, verbatim: true }] })
const block = (item: Item) => [section(itemLines(item, slackText).join('\n')), links(`<${slackText.link(item.link)}|Open>`)]

/** Slack's incoming webhooks (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks). Those who know no blocks show the text. */
export const slack: Notifier<SlackConfig> = {
  kind: 'slack',
  config,
  notify({ url }, notice, attempt) {
    const message = messageOf(notice)
    const { title, items, link } = message
    const text = `${slackText.text(title)}\n\n${textOf(message, slackText, TEXT_MAX)}`
    const more = items.length > ITEMS ? [links(`<${slackText.link(link)}|… and ${items.length - ITEMS} more>`)] : []
    const header = { type: 'header', text: { type: 'plain_text', text: cut(slackText.text(title), 150), emoji: false } }
    const blocks = [header, ...items.slice(0, ITEMS).flatMap(block), ...more]
    return send({ url, body: JSON.stringify({ text, blocks, mrkdwn: false, link_names: false }) }, attempt)
  },
}
