/** Two moments, epoch ms at whole seconds: `from` belongs to it, `to` does not. */
export type Span = { from: number; to: number }

const SPAN = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\+\d{1,6}s`
/** `expiry/SPAN/GLOB`: when those keys of a Redis end that match GLOB and end within SPAN now. */
export const EXPIRY_NAME = new RegExp(`^expiry/(${SPAN})/(.+)$`, 's')

/** `2026-01-05T12:00:00Z+10s`. */
export const spanText = ({ from, to }: Span) =>
  `${new Date(from).toISOString().replace(/\.\d{3}Z$/, 'Z')}+${Math.round((to - from) / 1_000)}s`

/** The span of such a text, or null when it is none. */
export function readSpan(text: string): Span | null {
  const [begin, seconds] = text.split('+')
  const from = new RegExp(`^${SPAN}$`).test(text) ? Date.parse(begin!) : Number.NaN
  return Number.isFinite(from) && seconds !== '0s' ? { from, to: from + Number.parseInt(seconds!, 10) * 1_000 } : null
}

export const expiryName = (span: Span, glob: string) => `expiry/${spanText(span)}/${glob}`

export function readExpiryName(name: string): { span: Span; glob: string } | null {
  const [, text = '', glob = ''] = EXPIRY_NAME.exec(name) ?? []
  const span = readSpan(text)
  return span && { span, glob }
}
