import { z } from 'zod'
import type { Notifier } from '../model/notifier.ts'
import { address, token } from './address.ts'
import { cut, telegramHtml, textOf } from './markup.ts'
import { messageOf } from './message.ts'
import { below, send } from './send.ts'

const config = z
  .strictObject({
    bot_token: token.describe('Token of the bot'),
    chat_id: z.union([z.string().regex(/^(-?\d+|@\w+)$/, 'the number of a chat, or @channel'), z.int()]).describe('Where it writes to'),
    api_url: address.default('https://api.telegram.org').describe('Address of the Bot API'),
  })
  .describe('A chat, group or channel of Telegram, by a bot')
export type TelegramConfig = z.output<typeof config>

/** Telegram takes 4,096 characters, counted without the tags. */
const TEXT_MAX = 3_800
/** It answers `{ok, error_code}`, as a rule with the same code as HTTP status. */
function statusIn(body: unknown): number | null {
  const { ok, error_code: code } = (body ?? {}) as { ok?: unknown; error_code?: unknown }
  if (ok === true) return 200
  return ok === false ? (typeof code === 'number' ? code : 500) : null
}

/** Telegram's Bot API (core.telegram.org/bots/api#sendmessage). */
export const telegram: Notifier<TelegramConfig> = {
  kind: 'telegram',
  config,
  notify({ bot_token, chat_id, api_url }, notice, attempt) {
    const message = messageOf(notice)
    const text = `${telegramHtml.text(cut(message.title, 200))}\n\n${textOf(message, telegramHtml, TEXT_MAX)}`
    const body = { chat_id, text, parse_mode: 'HTML', link_preview_options: { is_disabled: true } }
    return send({ url: below(api_url, `/bot${bot_token}/sendMessage`), body: JSON.stringify(body), statusIn }, attempt)
  },
}
