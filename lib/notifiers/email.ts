import { z } from 'zod'
import { secret } from '../model/marks.ts'
import type { Attempt, Notifier, Outcome } from '../model/notifier.ts'
import { connected, mailOutcome, type Smarthost } from './mail.ts'
import { cut, html, itemText, plain, textOf } from './markup.ts'
import { type Message, messageOf } from './message.ts'

const mailbox = z.string().regex(/^[^\p{Cc}@]+@[^\p{Cc}@]+$/u, 'an address, `ann@example.com` or `Ann <ann@example.com>`')
const config = z
  .strictObject({
    smarthost: z
      .string()
      .regex(/^(\[[\da-f:.]+\]|[^\s:/@]+):\d{1,5}$/i, 'HOST:PORT')
      .describe('The mail server, `HOST:PORT`'),
    from: mailbox.describe('Sender'),
    to: z.array(mailbox).min(1).describe('Recipients'),
    username: z.string().min(1).optional().describe('Name for AUTH; needs a password'),
    password: secret(z.string().min(1)).optional().describe('Password for AUTH'),
    tls: z.enum(['none', 'starttls', 'implicit']).default('starttls').describe('`starttls`: never goes on in clear. `implicit`: TLS from the first byte, as a rule on port 465'), // biome-ignore format: one line
  })
  .refine(({ username, password }) => password === undefined || username !== undefined, {
    path: ['username'],
    error: 'a name, beside the password',
  })
  .refine(({ username, password }) => username === undefined || password !== undefined, {
    path: ['password'],
    error: 'a password, beside the name',
  })
  .describe('E-mail, by a server that relays it')
export type EmailConfig = z.output<typeof config>

const BODY_MAX = 200_000

function mail(message: Message, { from, to }: EmailConfig, { id, at }: Attempt) {
  const heading = `<p><strong>${html.text(message.title)}</strong></p>`
  return {
    from,
    to,
    subject: plain.text(cut(message.title, 200)),
    text: `${textOf(message, plain, BODY_MAX)}\n`,
    html: `<!doctype html><meta charset="utf-8">${heading}${message.items.map((item) => `<p>${itemText(item, html)}</p>`).join('')}`,
    messageId: `<${id}@${from.replace(/.*@|[^\w.-]/g, '')}>`,
    date: new Date(at),
    headers: { 'Auto-Submitted': 'auto-generated' },
    ...(message.severity === 'critical' && { priority: 'high' as const }),
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** E-mail over SMTP (RFC 5321), in a text and an HTML part. Its `Message-ID` is the delivery's: the same at each try. */
export const email: Notifier<EmailConfig> = {
  kind: 'email',
  config,
  async notify(settings, notice, attempt): Promise<Outcome> {
    const { smarthost, username, password, tls } = settings
    const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(smarthost)!
    const server: Smarthost = { host: host!, port: Number(port) }
    // Large, and loaded only by who mails.
    const { createTransport } = await import('nodemailer')
    const transport = createTransport({
      ...server,
      secure: tls === 'implicit',
      requireTLS: tls === 'starttls',
      ignoreTLS: tls === 'none',
      ...(username !== undefined && { auth: { user: username, pass: password } }),
      getSocket: (_options, done) => void connected(server, attempt.signal).then((connection) => done(null, { connection }), done),
    })
    return mailOutcome(() => transport.sendMail(mail(messageOf(notice), settings, attempt)), attempt.signal)
  },
}
