import { expect, test } from 'vitest'
import { createLog } from './log.ts'

const lineOf = (fields: object) => {
  const lines: string[] = []
  createLog('info', { write: (text) => void lines.push(text) }).warn(fields, 'it failed')
  const line = lines.join('')
  return { line, json: JSON.parse(line) as Record<string, unknown> }
}

test('an error says what it says itself: nothing that hangs on it or on its cause', () => {
  const reply = Object.assign(new Error("ERR unknown command 'auth', with args beginning with: 'sesame'"), {
    command: { args: ['sesame'] },
  })
  const ours = Object.assign(new Error('no connection', { cause: Object.assign(reply, { code: 'ECONNREFUSED' }) }), {
    options: { headers: { authorization: 'sesame' } },
  })
  const { line, json } = lineOf({ target: 'a', err: ours })
  expect(line).not.toContain('sesame')
  expect(json).toMatchObject({
    target: 'a',
    msg: 'it failed',
    err: { type: 'Error', message: 'no connection', because: 'ECONNREFUSED', stack: expect.stringContaining('log.test.ts') },
  })
})

test('a URL in a text loses its user info and query', () => {
  expect(lineOf({ error: 'fetch redis://u:ses@me@h:1/0?k=sesame', err: new Error('http://sesame@h/') }).line).not.toMatch(/sesame|ses@me/)
})
