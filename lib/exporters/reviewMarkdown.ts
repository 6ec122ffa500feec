import { interval, text } from '../format/format.ts'
import type { ReviewPain, ReviewPart, ReviewRow, ReviewView } from '../model/answers/review.ts'
import { moment, plain } from './markdown.ts'

const IS = { act: 'to do', watch: 'known risk', well: 'well', gap: 'not measured' }

/** A review as Markdown (CommonMark with tables), to be kept with a ticket or a decision. `url`: where Evenkeel is reached. */
export function reviewMarkdown({ at, window, lead, pains, painsLeft, steps, checklist }: ReviewView, url: string): string {
  return `${[
    '# Review of caches and load balancers',
    `${plain(lead)}\n\n${moment(at)}, ${url}/review. Measured from ${moment(window.from)} to ${moment(window.to)} where a row says nothing else.`,
    '## What costs most',
    pains.length > 0 ? pains.map((pain, index) => painText(pain, index, url)).join('\n') : 'Nothing that is measured costs anything now.',
    ...(painsLeft > 0 ? [`${painsLeft} more: ${url}/findings`] : []),
    'One improvement at a time, the first one first: so its effect can be measured before the next.',
    ...steps.flatMap((part, index) => [`## Step ${index + 1}: ${plain(part.title)}`, `_${plain(part.question)}_`, table(part, url)]),
    '## Decision checklist',
    ...checklist.map((part) => partText(part, url)),
  ].join('\n\n')}\n`
}

function painText({ title, text: words, cost, money, change, href }: ReviewPain, index: number, url: string): string {
  const costs = [
    cost && `${text(cost.value, 'none')} ${cost.what}`,
    money && `${money.perMonth.toFixed(2)}${money.currency ? ` ${money.currency}` : ''} a month`,
  ].filter(Boolean)
  return `${index + 1}. **${plain(title)}**: ${plain(words)}${costs.length > 0 ? ` (${plain(costs.join(', '))})` : ''}. ${plain(change.text)}: ${url}${href}`
}

const partText = (part: ReviewPart, url: string) => `### ${plain(part.title)}\n\n_${plain(part.question)}_\n\n${table(part, url)}`

function table({ rows, left }: ReviewPart, url: string): string {
  const head = '| | of | what | measured | what follows | the change |\n|---|---|---|---|---|---|'
  const more = left > 0 ? `\n\n${left} more rows are not listed: of them nothing is to be done, or less.` : ''
  return `${[head, ...rows.map((row) => rowText(row, url))].join('\n')}${more}`
}

function rowText({ is, about, what, measured, window, follows, change }: ReviewRow, url: string): string {
  const cells = [IS[is], about, what, measuredText(measured, window), follows].map(plain)
  const step = change ? `${plain(change.text)}${change.href ? ` ${url}${change.href}` : ''}` : ''
  return `| ${cells.join(' | ')} | ${step} |`
}

function measuredText(measured: ReviewRow['measured'], window: ReviewRow['window']): string {
  if ('because' in measured) return `not measured: ${measured.because}`
  if ('words' in measured) return measured.words
  const { value, unit, low, high } = measured
  const bounds = low !== undefined && high !== undefined ? ` (${interval(low, high, unit)})` : ''
  const span = window ? `, ${moment(window.from)} to ${moment(window.to)}` : ''
  return `${text(value, unit)}${bounds}${span}`
}
