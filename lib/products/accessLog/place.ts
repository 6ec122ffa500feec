import { z } from 'zod'
import { url } from '../../model/marks.ts'

/** `syslog://HOST:PORT` (UDP, where Evenkeel listens) or `file:///PATH` (a log that it follows). */
export type LogPlace = { is: 'syslog'; host: string; port: number } | { is: 'file'; path: string }

/** Null when it is neither. */
export function logPlaceOf(text: string): LogPlace | null {
  const url = URL.parse(text)
  if (!url) return null
  if (url.protocol === 'file:' && url.pathname.length > 1) {
    try {
      return { is: 'file', path: decodeURIComponent(url.pathname) }
    } catch {
      return null
    }
  }
  const port = Number(url.port)
  if (url.protocol !== 'syslog:' || !url.hostname || !(port > 0)) return null
  return { is: 'syslog', host: url.hostname.replace(/^\[|\]$/g, ''), port }
}

/** The key `accessLog` of a product's configuration. */
export const accessLog = (words: string) =>
  url(z.string().refine((text) => logPlaceOf(text) !== null, 'syslog://HOST:PORT or file:///PATH'))
    .optional()
    .describe(words)
