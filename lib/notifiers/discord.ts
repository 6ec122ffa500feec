import { z } from 'zod'
import type { Notifier } from '../model/notifier.ts'
import { hook } from './address.ts'
import { cut, discordMarkdown, textOf } from './markup.ts'
import { messageOf } from './message.ts'
import { send } from './send.ts'

const config = z.strictObject({ webhook_url: hook.describe('The address of the webhook') }).describe('A channel of Discord')
export type DiscordConfig = z.output<typeof config>

/** Discord takes 2,000 characters of content and 4,096 of an embed's description; what is escaped counts twice. */
const TITLE_MAX = 200
const DESCRIPTION_MAX = 4_000
const COLOUR = { critical: 0xd93025, warning: 0xe8a33d, info: 0x4285f4, resolved: 0x2e9d5b }

/** Discord's webhooks (discord.com/developers/docs/resources/webhook#execute-webhook). */
export const discord: Notifier<DiscordConfig> = {
  kind: 'discord',
  config,
  notify({ webhook_url: url }, notice, attempt) {
    const message = messageOf(notice)
    const colour = COLOUR[message.status === 'resolved' ? 'resolved' : message.severity]
    const embed = { description: textOf(message, discordMarkdown, DESCRIPTION_MAX), color: colour, url: message.link }
    const content = discordMarkdown.text(cut(message.title, TITLE_MAX))
    return send({ url, body: JSON.stringify({ content, embeds: [embed], allowed_mentions: { parse: [] } }) }, attempt)
  },
}
