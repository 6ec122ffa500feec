import { safe } from '../format/format.ts'
import type { Item, Message } from './message.ts'

/** How a channel writes text. `text` takes a text from outside and gives what the service shows as just that text. */
export type Markup = { text(raw: string): string; link(url: string): string; newline: string }

/** One line: control and direction characters are written out, as on the pages. */
const line = (raw: string): string => safe(raw, Number.POSITIVE_INFINITY)
const htmlText = (raw: string): string =>
  line(raw).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
const anchor = (url: string): string => `<a href="${htmlText(url)}">${htmlText(url)}</a>`

/** No markup at all. */
export const plain: Markup = { text: line, link: (url) => url, newline: '\n' }

/** Slack's three control characters. Its other signs cannot be escaped: they are text only where markup is off. */
export const slackText: Markup = {
  text: (raw) => line(raw).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  link: (url) => url.replaceAll('&', '&amp;'),
  newline: '\n',
}

/** Discord's Markdown: a backslash before each sign, so that no address, emphasis, emoji or mention is left. */
export const discordMarkdown: Markup = {
  text: (raw) => line(raw).replace(/[!-/:-@[-`{-~]/g, '\\$&'),
  link: (url) => `<${url}>`,
  newline: '\n',
}

/** HTML of mails and cards. */
export const html: Markup = { text: htmlText, link: anchor, newline: '<br>' }

/** HTML of chats that make links and mentions of bare text, but not inside of code. */
const inCode = (newline: string): Markup => ({ text: (raw) => `<code>${htmlText(raw)}</code>`, link: anchor, newline })
export const telegramHtml = inCode('\n')
export const matrixHtml = inCode('<br>')

const SUMMARY_MAX = 400
const SHORT_MAX = 120

/** At most `max` characters, cut between them. */
export function cut(text: string, max: number): string {
  const signs = [...text]
  return signs.length <= max ? text : `${signs.slice(0, max - 1).join('')}…`
}

/** One finding in full but for its link: what, since when, how bad, what would mend it. */
export function itemLines(item: Item, { text }: Markup): string[] {
  const head = `${item.severity}: ${text(cut(item.summary, SUMMARY_MAX))}`
  const what = `${item.rule} on ${text(cut(item.subject, SHORT_MAX))}, ${item.when}`
  const cause = item.cause && `Incident: ${text(cut(item.cause, SUMMARY_MAX))}`
  const consequence = item.consequence && `Consequence: ${text(item.consequence)}`
  const proposal = item.proposal && `Proposal: ${text(cut(item.proposal, SUMMARY_MAX))}`
  return [head, what, cause, consequence, proposal, item.note].filter((line) => line !== null)
}

export const itemText = (item: Item, markup: Markup): string => [...itemLines(item, markup), markup.link(item.link)].join(markup.newline)

/** One finding in a line, for a message of many. */
const shortText = (item: Item, { text, link }: Markup): string =>
  `${item.severity}: ${text(cut(item.summary, SHORT_MAX))} (${item.rule}, ${item.when}) ${link(item.link)}`

/** The findings of a message within `budget`: in full where all fit so, else in a line each, and how many are left out. */
export function textOf({ items, link }: Message, markup: Markup, budget: number, sizeOf = (text: string) => text.length): string {
  const gap = markup.newline.repeat(2)
  const full = items.map((item) => itemText(item, markup)).join(gap)
  if (sizeOf(full) <= budget) return full
  const kept: string[] = []
  const more = (count: number) => `… and ${count} more: ${markup.link(link)}`
  for (const item of items) {
    const next = [...kept, shortText(item, markup)]
    if (sizeOf([...next, more(items.length)].join(markup.newline)) > budget) break
    kept.push(next.at(-1)!)
  }
  const left = items.length - kept.length
  return [...kept, ...(left > 0 ? [more(left)] : [])].join(markup.newline)
}

/** A body of as many items as fit into `max`; `build` is told how many are left out. */
export function fitting<T>(
  items: readonly T[],
  build: (items: T[], left: number) => string,
  max: number,
  sizeOf: (text: string) => number,
): string {
  for (let kept = items.length; kept > 1; kept--) {
    const body = build(items.slice(0, kept), items.length - kept)
    if (sizeOf(body) <= max) return body
  }
  return build(items.slice(0, 1), Math.max(0, items.length - 1))
}

export const bytes = (text: string): number => Buffer.byteLength(text)
